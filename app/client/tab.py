"""A tab: the object through which a script reads, changes and follows a cart."""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import Self
from weakref import WeakSet

from app.client import encode
from app.client.cart import EMPTY_CART, Cart
from app.client.cart_ops import CartOps
from app.client.connection import Endpoint, open_connection
from app.client.decode import ServerMessage
from app.client.deps import ClientDeps
from app.client.errors import Closed, LoginEnded, NotConnected, Stopped
from app.client.events import Events
from app.client.messages import Item, Pong
from app.client.observer import Observer
from app.client.reconnect import Reconnector
from app.client.session import Session, VerdictFuture
from app.domain.cart import AccountId
from app.domain.catalog import Sku
from app.domain.limits import Limits
from app.domain.ops import ClientOp
from app.domain.outbox import OutboxId
from app.domain.totals import Totals
from app.protocol.messages import TabId


class Tab(CartOps):
    """A live view of an account's cart that can change it too; use it with `async with`.

    It reconnects by itself. Once it has stopped for good, `stopped` is the reason, and everything
    that is still awaited raises it.
    """

    def __init__(
        self,
        account: AccountId,
        name: TabId,
        endpoint: Endpoint,
        deps: ClientDeps,
        observer: Observer,
    ):
        self.name = name
        self.stopped: Stopped | None = None
        self._session = Session(account, name, deps.new_name, self._publish, self._on_activated)
        dial = partial(open_connection, endpoint, observer, deps.retry_policy)
        self._reconnector = Reconnector(self._session, dial, deps.retry_policy, deps.chance)
        self._listeners: WeakSet[Events] = WeakSet()
        self._has_cart = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._pings = 0

    async def open(self) -> Self:
        """Connect, and return after the first snapshot. Raises Stopped if there will be none."""
        self._task = asyncio.create_task(self._run())
        try:
            await self._has_cart.wait()
        except asyncio.CancelledError:
            await self.close()
            raise
        if self.stopped:
            raise self.stopped
        return self

    async def close(self) -> None:
        """Close the connection. Ops without a verdict raise Closed; they may have been applied."""
        if self._task:
            self._task.cancel()
            await asyncio.wait((self._task,))
        if not self.stopped:
            self._on_stopped(Closed("the tab was closed before it was open"))
        if self._task and not self._task.cancelled():
            self._task.result()

    async def __aenter__(self) -> Self:
        """Open it."""
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self.close()

    @property
    def cart(self) -> Cart:
        """The newest known cart."""
        return self._session.cart

    @property
    def at(self) -> str | None:
        """The position of the cart; `None` while it is stale."""
        return self._session.cart.at

    @property
    def totals(self) -> Totals:
        """The totals of the cart."""
        return self._session.cart.totals

    @property
    def prices(self) -> dict[Sku, Item]:
        """Price and stock of the watched products, as far as received."""
        return self._session.prices

    @property
    def limits(self) -> Limits:
        """The server's limits, from its welcome."""
        return self._session.limits

    @property
    def tabs(self) -> int:
        """The number of connected tabs of the account."""
        return self._session.tabs

    @property
    def session_left_ms(self) -> int:
        """The remaining time of the login when the server last sent it."""
        return self._session.session_left_ms

    @property
    def outbox(self) -> OutboxId:
        """The name of the outbox; a new one after the server lost its record of the old one."""
        return self._session.outbox.name

    @property
    def pend(self) -> list[int]:
        """The numbers of the ops that were sent and have no verdict."""
        return self._session.outbox.pend

    @property
    def waiting(self) -> int:
        """The number of ops without a verdict, sent or not."""
        return len(self._session.outbox)

    @property
    def settled(self) -> int:
        """The newest number in the outbox that has a verdict."""
        return self._session.outbox.settled

    @property
    def gen(self) -> int:
        """The number of connections so far."""
        return self._reconnector.newest.gen if self._reconnector.newest else 0

    def send(self, op: ClientOp) -> VerdictFuture:
        """Submit *op* now, or when connected again; await the returned future for the verdict.

        Raises OutboxFull if too many ops wait. Cancelling the future does not cancel the op.
        """
        if self.stopped:
            raise self.stopped
        waiter: VerdictFuture = asyncio.get_running_loop().create_future()
        self._session.send(encode.op_body(op), waiter)
        return waiter

    def watch(self, skus: Iterable[str]) -> None:
        """Subscribe to price and stock of these products, and of no others."""
        self._session.watch(frozenset(map(Sku, skus)))

    def events(self) -> Events:
        """Return the stream of messages from now on."""
        events = Events()
        if self.stopped:
            events.finish(self.stopped)
        self._listeners.add(events)
        return events

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until *condition* holds, which is evaluated after each message."""
        events = self.events()
        while not condition():
            await events.next()

    async def ping(self) -> float:
        """Return the round-trip time in seconds.

        The server may ignore pings, and a dead connection answers none: use `asyncio.timeout`.
        """
        self._pings += 1
        pong, events = Pong(self._pings), self.events()
        began_s = asyncio.get_running_loop().time()
        self._send_now(encode.ping(pong.id))
        while await events.next() != pong:
            pass
        return asyncio.get_running_loop().time() - began_s

    def resync(self) -> None:
        """Request a snapshot."""
        self._send_now(encode.RESYNC)

    def resend(self, n: int) -> None:
        """Send op *n* once more, for tests: a waiting op, or one of the newest 32 settled ones.

        Raises LookupError if it is neither.
        """
        body = self._session.outbox.body(n)
        if body is None:
            raise LookupError(f"op {n} is not remembered")
        self._send_now(encode.op(n, body))

    def drop(self) -> None:
        """Drop the connection without a close frame, for tests; the tab reconnects."""
        if self._reconnector.newest:
            self._reconnector.newest.abort()

    def _send_now(self, frame: str) -> None:
        if not self._session.send_now(frame):
            raise NotConnected("there is no connection just now")

    def _publish(self, message: ServerMessage) -> None:
        if self._session.cart.at is not None:
            self._has_cart.set()
        for events in self._listeners:
            events.publish(message)

    def _on_activated(self, connection: object) -> None:
        self._reconnector.close_others(connection)

    async def _run(self) -> None:
        stopped = Stopped("the client failed; closing the tab raises why")
        try:
            stopped = await self._reconnector.run()
        except asyncio.CancelledError:
            stopped = Closed("the tab was closed")
            raise
        finally:
            self._on_stopped(stopped)

    def _on_stopped(self, stopped: Stopped) -> None:
        self.stopped = stopped
        if isinstance(stopped, LoginEnded):
            self._session.cart = EMPTY_CART
        for waiter in self._session.stop():
            _fail(waiter, stopped)
        for events in self._listeners:
            events.finish(stopped)
        self._has_cart.set()


def _fail(waiter: VerdictFuture, stopped: Stopped) -> None:
    if not waiter.done():
        waiter.set_exception(stopped)
        waiter.exception()  # Marks it as retrieved, so that asyncio does not log it.
