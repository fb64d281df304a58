"""What a tab may ask for beside its ops, once it is let in: state and pings."""

import asyncio
from typing import assert_never

from app.domain.catalog import Sku
from app.domain.limits import RateLimit
from app.domain.token_bucket import full, spend
from app.live.cart import LiveCart
from app.live.catalog import LiveCatalog
from app.live.ports import Tab
from app.protocol.decode import Ping, Resync, Watch
from app.protocol.messages import Pong, Prices, ServerMessage
from app.ws.snapshot_requests import Requested, SnapshotRequests

PINGS = RateLimit(10, 2)
NO_SKUS: frozenset[Sku] = frozenset()

Request = Watch | Resync | Ping


class Requests:
    """Handles the requests of one tab. `watched` are the products that it shows beside its cart."""

    __slots__ = ("_cart", "_catalog", "_loop", "_pings", "_snapshots", "_tab", "watched")

    def __init__(self, tab: Tab, cart: LiveCart, catalog: LiveCatalog):
        self.watched = NO_SKUS
        self._tab = tab
        self._cart = cart
        self._catalog = catalog
        self._loop = asyncio.get_running_loop()
        self._snapshots = SnapshotRequests(self._send_state)
        self._pings = full(PINGS, self._loop.time())

    def handle(self, request: Request) -> None:
        """Handle a request."""
        if isinstance(request, Watch):
            self.watched = request.skus
            self._snapshots.add(Requested.WATCHED)
        elif isinstance(request, Resync):
            self._snapshots.add(Requested.CART)
        elif isinstance(request, Ping):
            self._answer_ping(request.id)
        else:
            assert_never(request)

    def state(self) -> list[ServerMessage]:
        """Return all that the tab shows, in place of state that was dropped."""
        return [self._cart.snapshot(self._tab.by), self._watched_prices()]

    def stop(self) -> None:
        """Answer nothing more, and delete what refers back to this object."""
        self._snapshots.stop()
        del self._snapshots

    def _send_state(self, kind: Requested) -> None:
        if kind is Requested.CART:
            self._tab.tell(self._cart.snapshot(self._tab.by))
        else:
            self._tab.tell(self._watched_prices())

    def _watched_prices(self) -> Prices:
        return Prices(self._catalog.items(self.watched))

    def _answer_ping(self, number: int) -> None:
        """Answer, unless there are too many pings; the client does not wait for each answer."""
        if left := spend(self._pings, PINGS, self._loop.time()):
            self._pings = left
            self._tab.tell(Pong(number))
