"""A tab: the object through which a script reads, changes and follows a cart."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Self
from weakref import WeakSet

from app.client import encode
from app.client.cart import EMPTY_CART
from app.client.cart_ops import CartOps
from app.client.decode import ServerMessage
from app.client.deps import ClientDeps, Transport
from app.client.dialer import Dialer
from app.client.errors import AccountMismatch, Closed, LoginEnded, NotConnected, Stopped
from app.client.events import Events
from app.client.observer import Observer
from app.client.reconnect import Reconnector
from app.client.session import Session, VerdictFuture
from app.client.tab_state import TabState
from app.client.websocket_wire import Endpoint
from app.domain.accounts import AccountId
from app.domain.catalog import Sku
from app.domain.ops import ClientOp
from app.protocol.messages import Pong, TabId


class Tab(CartOps, TabState):
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
        session = Session(account, name, deps, self._publish, self._on_activated)
        super().__init__(session)
        self._dialer = Dialer(endpoint, observer, deps.retry_policy, deps.transport)
        self._reconnector = Reconnector(session, self._dialer, deps.retry_policy, deps.chance)
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
    def gen(self) -> int:
        """The number of connections so far."""
        return self._reconnector.newest.gen if self._reconnector.newest else 0

    @property
    def transport(self) -> Transport:
        """What carries its frames at the moment: a websocket or an event stream."""
        return self._dialer.transport

    def send(self, op: ClientOp) -> VerdictFuture:
        """Submit *op* now, or when connected again; await the returned future for the verdict.

        Raises OutboxFull if too many ops wait. Cancelling the future does not cancel the op.
        """
        if self.stopped:
            raise self.stopped
        waiter: VerdictFuture = asyncio.get_running_loop().create_future()
        self._session.send(op, waiter)
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
        for waiter in self._session.stop():
            _fail(waiter, stopped)
        if isinstance(stopped, LoginEnded | AccountMismatch):
            self._session.cart = EMPTY_CART
        if isinstance(stopped, LoginEnded):
            self._session.outbox.clear()
        for events in self._listeners:
            events.finish(stopped)
        self._has_cart.set()


def _fail(waiter: VerdictFuture, stopped: Stopped) -> None:
    if not waiter.done():
        waiter.set_exception(stopped)
        waiter.exception()  # Marks it as retrieved, so that asyncio does not log it.
