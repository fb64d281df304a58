"""What a tab may ask for once it is let in: ops, state and pings."""

import asyncio
from typing import assert_never

from app.domain.catalog import Sku
from app.domain.outbox import OpRef
from app.domain.sessions import Session
from app.domain.token_bucket import RateLimit, full, spend
from app.domain.verdicts import RetryLater
from app.live.cart import LiveCart
from app.live.ports import Tab
from app.protocol.decode import Ping, Resync, SubmitOp, Watch
from app.protocol.encode import encode
from app.protocol.messages import Pong, Prices
from app.ws.context import ConnectionContext
from app.ws.flow_control import FlowControl
from app.ws.retry_gate import RetryGate
from app.ws.snapshot_requests import Requested, SnapshotRequests

PINGS = RateLimit(10, 2)
NO_SKUS: frozenset[Sku] = frozenset()

Request = SubmitOp | Watch | Resync | Ping


class Requests:
    """Handles the requests of one tab. `watched` are the products that it shows beside its cart."""

    __deletable__ = ("_snapshots",)
    """For mypyc, as in `CartConnection`."""

    def __init__(
        self,
        tab: Tab,
        cart: LiveCart,
        session: Session,
        context: ConnectionContext,
        flow_control: FlowControl,
    ):
        self.cart = cart
        self.watched = NO_SKUS
        self._tab = tab
        self._session = session
        self._context = context
        self._flow_control = flow_control
        self._loop = asyncio.get_running_loop()
        self._retry_gate = RetryGate()
        self._snapshots = SnapshotRequests(self._send_state)
        self._pings = full(PINGS, self._loop.time())

    def handle(self, request: Request) -> None:
        """Handle a request; raises `TooEarly` if the tab ignores the rate limit."""
        if isinstance(request, SubmitOp):
            self._submit(request)
        elif isinstance(request, Watch):
            self.watched = request.skus
            self._snapshots.add(Requested.WATCHED)
        elif isinstance(request, Resync):
            self._snapshots.add(Requested.CART)
        elif isinstance(request, Ping):
            self._answer_ping(request.id)
        else:
            assert_never(request)

    def hold(self, later: RetryLater) -> None:
        """Drop ops that follow *later* until it is retried."""
        self._retry_gate.hold(later, self._loop.time())

    def state(self) -> list[bytes]:
        """Return all that the tab shows, as frames, in place of state that was dropped."""
        return [encode(self.cart.snapshot()), encode(self._watched_prices())]

    def stop(self) -> None:
        """Answer nothing more, and delete what refers back to this object."""
        self._snapshots.stop()
        del self._snapshots

    def _submit(self, request: SubmitOp) -> None:
        self._context.sessions.use(self._session)
        if self._retry_gate.holds and not self._is_let_in(request.n):
            return
        self._flow_control.op_received()
        tab = self._tab
        self.cart.submit(OpRef(tab.outbox, request.n, request.body), request.op, tab, tab.id)

    def _is_let_in(self, n: int) -> bool:
        return self._retry_gate.lets_in(n, self.cart.last(self._tab.outbox), self._loop.time())

    def _send_state(self, kind: Requested) -> None:
        if kind is Requested.CART:
            self._tab.tell(self.cart.snapshot())
        else:
            self._tab.tell(self._watched_prices())

    def _watched_prices(self) -> Prices:
        return Prices(self._context.hub.context.catalog.items(self.watched))

    def _answer_ping(self, number: int) -> None:
        """Answer, unless there are too many pings; the client does not wait for each answer."""
        if left := spend(self._pings, PINGS, self._loop.time()):
            self._pings = left
            self._tab.tell(Pong(number))
