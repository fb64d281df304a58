"""The state machine of a tab: its cart, its outbox, and what each message changes (sans-I/O)."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from app.client import encode
from app.client.backoff import Reconnect
from app.client.cart import EMPTY_CART, advance, from_snapshot, invalidate, reprice
from app.client.decode import CartMessage, ServerMessage, answer_of, decode
from app.client.deps import ClientDeps
from app.client.errors import ServerProtocolError
from app.client.outbox import Outbox
from app.domain.accounts import AccountId
from app.domain.catalog import Sku
from app.domain.currency import NO_CURRENCY
from app.domain.limits import Limits
from app.domain.ops import ClientOp
from app.domain.outbox import OutboxId
from app.domain.verdicts import No, Ok, RetryLater, Verdict
from app.protocol.decode import Hello
from app.protocol.messages import (
    Auth,
    Drain,
    Item,
    Need,
    PatchMessage,
    Prices,
    Snapshot,
    TabId,
    Tabs,
    Welcome,
)

VerdictFuture = asyncio.Future[Verdict]


class ConnectionPort(Protocol):
    """The part of a connection that a session uses."""

    @property
    def gen(self) -> int:
        """Its number among the connections of the tab."""

    def send(self, frame: str) -> None:
        """Send *frame* without waiting."""

    def finish(self, outcome: Drain | Reconnect) -> None:
        """Leave the connection, and reconnect as *outcome* says."""


class Session:
    """The state of one tab; opens no socket, and uses the event loop for one timer only.

    During a drain there are two connections. Cart messages count from the newest that sent hello,
    ops go to the newest that was welcomed (the active one), and verdicts count from both.
    """

    def __init__(
        self,
        account: AccountId,
        tab: TabId,
        deps: ClientDeps,
        publish: Callable[[ServerMessage], None],
        on_activated: Callable[[ConnectionPort], None],
    ):
        self.cart = EMPTY_CART
        self.limits = Limits()
        self.prices: dict[Sku, Item] = {}
        self.features: tuple[str, ...] = ()
        self.decimals = NO_CURRENCY.decimals
        self.session_left_ms = self.tabs = 0
        self.outbox: Outbox[VerdictFuture] = Outbox(OutboxId(deps.new_name()))
        self._account = account
        self._tab = tab
        self._deps = deps
        self._publish = publish
        self._on_activated = on_activated
        self._watched: frozenset[Sku] = frozenset()
        self._newest: ConnectionPort | None = None
        self._active: ConnectionPort | None = None
        self._settled_at_hello = 0
        # Connections whose verdicts are about the present outbox; a restarted outbox has none.
        self._trusted: set[ConnectionPort] = set()
        self._resume_timer: asyncio.TimerHandle | None = None

    def on_open(self, connection: ConnectionPort) -> None:
        """Send hello; from now on cart messages count from *connection* only."""
        outbox = self.outbox
        self._newest = connection
        self._trusted.add(connection)
        self._settled_at_hello = outbox.settled
        at, pend = self.cart.at, tuple(outbox.pend)
        account, language = self._account, self._deps.language
        hello = Hello(self._tab, connection.gen, outbox.name, at, pend, account, language)
        connection.send(encode.hello(hello))

    def on_close(self, connection: ConnectionPort) -> None:
        """Stop using *connection*."""
        self._trusted.discard(connection)
        if connection is self._active:
            self._active = None

    def discard_position(self) -> None:
        """Mark the cart as stale, so that the next hello asks for a snapshot."""
        self.cart = invalidate(self.cart)

    def send(self, op: ClientOp, waiter: VerdictFuture) -> None:
        """Queue *op*, and send it as soon as possible; *waiter* gets its verdict."""
        self.outbox.put(op, waiter)
        self._flush()

    def send_now(self, frame: str) -> bool:
        """Send *frame* on the active connection; return False if there is none."""
        if self._active is None:
            return False
        self._active.send(frame)
        return True

    def watch(self, skus: frozenset[Sku]) -> None:
        """Subscribe to price and stock of *skus* only, on later connections too."""
        self._watched = skus
        self.prices = {sku: item for sku, item in self.prices.items() if sku in skus}
        self.send_now(encode.watch(skus))

    def stop(self) -> list[VerdictFuture]:
        """Send nothing more, and return the waiters of all ops without a verdict."""
        self._active = None
        if self._resume_timer:
            self._resume_timer.cancel()
        return self.outbox.waiters

    def on_message(self, connection: ConnectionPort, frame: bytes) -> None:
        """Apply the message in *frame*, then publish it. Raises ServerProtocolError."""
        message = decode(frame)
        match message:
            case Ok() | No():
                self._settle(connection, message)
            case PatchMessage() | Snapshot() | Prices():
                self._update_cart(connection, message)
            case Welcome():
                self._on_welcome(connection, message)
            case RetryLater() | Need():
                self._on_retry(connection, message)
            case Tabs(n):
                self.tabs = n
            case Auth(left_ms):
                self.session_left_ms = left_ms
            case Drain():
                connection.finish(message)
            case _:
                pass
        self._publish(message)

    def _settle(self, connection: ConnectionPort, verdict: Verdict) -> None:
        if connection not in self._trusted:
            return
        waiter = self.outbox.settle(verdict)
        if waiter and not waiter.done():
            waiter.set_result(verdict)
        self._flush()

    def _update_cart(self, connection: ConnectionPort, message: CartMessage) -> None:
        if connection is not self._newest:
            return
        match message:
            case PatchMessage():
                self._apply_patch(connection, message)
            case Snapshot():
                self.cart = from_snapshot(message)
            case Prices():
                self._reprice(message)

    def _apply_patch(self, connection: ConnectionPort, patch: PatchMessage) -> None:
        cart = advance(self.cart, patch)
        if cart is not None:
            self.cart = cart
        elif self.cart.at is not None:
            self.cart = invalidate(self.cart)
            connection.send(encode.RESYNC)

    def _reprice(self, prices: Prices) -> None:
        if self.cart.at is not None:
            self.cart = reprice(self.cart, prices)
        self.prices |= {item.sku: item for item in prices.items if item.sku in self._watched}

    def _on_welcome(self, connection: ConnectionPort, welcome: Welcome) -> None:
        if welcome.account != self._account:
            raise ServerProtocolError(f"welcome to {welcome.account}, but this is {self._account}")
        if connection is not self._newest:
            return
        self.limits, self.features = welcome.limits, welcome.features
        self.decimals, self.session_left_ms = welcome.decimals, welcome.session_left_ms
        for answer in map(answer_of, welcome.verdicts):
            if not isinstance(answer, RetryLater):
                self._settle(connection, answer)
        # The server knows fewer ops than had a verdict when hello was sent: it was restored from
        # a backup. Numbers that it would take for new ones were used, so begin a new outbox.
        if welcome.last < self._settled_at_hello:
            self._restart_outbox(connection)
        else:
            self._activate(connection)

    def _activate(self, connection: ConnectionPort) -> None:
        self.outbox.requeue_all()
        self._active = connection
        self._on_activated(connection)
        if self._watched:
            connection.send(encode.watch(self._watched))
        self._flush()

    def _on_retry(self, connection: ConnectionPort, message: RetryLater | Need) -> None:
        """Send ops again, later or now; only the active connection's requests count."""
        if connection is not self._active:
            return
        if isinstance(message, RetryLater):
            self._pause_sending(message)
        elif self.outbox.resend_from(message.n):
            self._flush()
        else:
            self._restart_outbox(connection)

    def _restart_outbox(self, connection: ConnectionPort) -> None:
        """Begin a new outbox on a new connection: the server has lost its record of this one."""
        self.outbox.restart(OutboxId(self._deps.new_name()))
        self._trusted.clear()
        self._active = None
        connection.finish(Reconnect(immediately=True))

    def _pause_sending(self, later: RetryLater) -> None:
        """Send nothing for `retry_ms`; of several pauses the one that ends last counts."""
        self.outbox.pause_at(later.n)
        loop = asyncio.get_running_loop()
        until_s = loop.time() + later.retry_ms / 1000
        if self._resume_timer and self._resume_timer.when() >= until_s:
            return
        if self._resume_timer:
            self._resume_timer.cancel()
        self._resume_timer = loop.call_at(until_s, self._resume)

    def _resume(self) -> None:
        self._resume_timer = None
        self.outbox.resume()
        self._flush()

    def _flush(self) -> None:
        if self._active is None:
            return
        for n, body in self.outbox.take(self.limits.inflight):
            self._active.send(encode.op(n, body))
