"""One tab of an account, open on the shop: what a script holds in its hand."""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple, Self
from weakref import WeakSet

from app.client import encode as say
from app.client.backoff import RetryPolicy
from app.client.cart import NOTHING, Cart
from app.client.cart_ops import CartOps
from app.client.connection import Endpoint, open_connection
from app.client.decode import Heard
from app.client.errors import Closed, LoginEnded, Stopped
from app.client.events import Events
from app.client.observer import Observer
from app.client.reconnect import Reconnector
from app.client.session import Session, VerdictFuture
from app.client.state import Item
from app.client.told import Pong
from app.domain.cart import AccountId
from app.domain.catalog import Sku
from app.domain.limits import Limits
from app.domain.outbox import OutboxId
from app.domain.totals import Totals
from app.protocol.messages import TabId


class ClientDeps(NamedTuple):
    """Time, chance and names, as a client is given them."""

    retry_policy: RetryPolicy
    chance: Callable[[], float]
    new_name: Callable[[], str]


class NotConnected(Exception):
    """There is no connection just now; ops wait for one, this does not."""


class Tab(CartOps):
    """A live view of an account's cart, that changes it too; use it with `async with`.

    It comes back by itself whenever the line is lost. Once it stops for good, `stopped` says
    why, and is raised wherever something is still awaited.
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
        self._session = Session(account, name, deps.new_name, self._tell, self._settle_on)
        dial = partial(open_connection, endpoint, observer, deps.retry_policy)
        self._reconnector = Reconnector(self._session, dial, deps.retry_policy, deps.chance)
        self._listeners: WeakSet[Events] = WeakSet()
        self._has_cart = asyncio.Event()
        self._life: asyncio.Task[None] | None = None
        self._pings = 0

    async def open(self) -> Self:
        """Connect, and return once the cart is there; raise `Stopped` if it will never be."""
        self._life = asyncio.create_task(self._live())
        try:
            await self._has_cart.wait()
        except asyncio.CancelledError:
            await self.close()
            raise
        if self.stopped:
            raise self.stopped
        return self

    async def close(self) -> None:
        """Say goodbye; ops without a verdict fail with `Closed`, though they may have been done."""
        if self._life:
            self._life.cancel()
            await asyncio.wait((self._life,))
        if not self.stopped:
            self._stop(Closed("the tab was closed before it was open"))
        if self._life and not self._life.cancelled():
            self._life.result()

    async def __aenter__(self) -> Self:
        """Open it."""
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self.close()

    @property
    def cart(self) -> Cart:
        """The cart as it was last told."""
        return self._session.cart

    @property
    def at(self) -> str | None:
        """The position of the cart; `None` while it is known to be out of date."""
        return self._session.cart.at

    @property
    def totals(self) -> Totals:
        """What the cart costs."""
        return self._session.cart.totals

    @property
    def prices(self) -> dict[Sku, Item]:
        """Price and stock of the watched products, as far as they were told."""
        return self._session.prices

    @property
    def limits(self) -> Limits:
        """What the shop allows."""
        return self._session.limits

    @property
    def tabs(self) -> int:
        """How many tabs of the account are connected."""
        return self._session.tabs

    @property
    def session_left_ms(self) -> int:
        """How long the login lasted when that was last told."""
        return self._session.session_left_ms

    @property
    def outbox(self) -> OutboxId:
        """The name of the outbox; a new one if the shop lost its memory of the old."""
        return self._session.outbox.name

    @property
    def pend(self) -> list[int]:
        """Numbers of the ops that were sent and have no verdict."""
        return self._session.outbox.pend

    @property
    def waiting(self) -> int:
        """How many ops have no verdict, sent or not."""
        return len(self._session.outbox)

    @property
    def settled(self) -> int:
        """The newest number in the outbox that is known to have its verdict."""
        return self._session.outbox.settled

    @property
    def gen(self) -> int:
        """How many connections the tab has had."""
        return self._reconnector.newest.gen if self._reconnector.newest else 0

    def send(self, wish: say.ClientOp) -> VerdictFuture:
        """Ask for *wish* now or when connected again; await what this returns for the verdict.

        `OutboxFull` if too many wait already. To stop waiting takes nothing back.
        """
        if self.stopped:
            raise self.stopped
        asker: VerdictFuture = asyncio.get_running_loop().create_future()
        self._session.send(say.body(wish), asker)
        return asker

    def watch(self, skus: Iterable[str]) -> None:
        """Be told of price and stock of these products, and no longer of others."""
        self._session.watch(frozenset(map(Sku, skus)))

    def events(self) -> Events:
        """Return all that the tab hears from now on."""
        events = Events()
        if self.stopped:
            events.end(self.stopped)
        self._listeners.add(events)
        return events

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until *holds*, which is asked again after each message."""
        events = self.events()
        while not holds():
            await events.next()

    async def ping(self) -> float:
        """Return how many seconds the shop took to answer.

        A shop answers only so many pings, and a dead line none: use `asyncio.timeout`.
        """
        self._pings += 1
        pong, events = Pong(self._pings), self.events()
        began_s = asyncio.get_running_loop().time()
        self._say(say.ping(pong.id))
        while await events.next() != pong:
            pass
        return asyncio.get_running_loop().time() - began_s

    def resync(self) -> None:
        """Ask for the whole cart."""
        self._say(say.RESYNC)

    def resend(self, n: int) -> None:
        """Send op *n* once more, for a test: a waiting one, or one of the newest 32 settled."""
        body = self._session.outbox.body(n)
        if body is None:
            raise LookupError(f"op {n} is not remembered")
        self._say(say.op(n, body))

    def drop(self) -> None:
        """Cut the line without a word, for a test; the tab comes back."""
        if self._reconnector.newest:
            self._reconnector.newest.cut()

    def _say(self, frame: str) -> None:
        if not self._session.say(frame):
            raise NotConnected("there is no connection just now")

    def _tell(self, news: Heard) -> None:
        if self._session.cart.at is not None:
            self._has_cart.set()
        for events in self._listeners:
            events.tell(news)

    def _settle_on(self, connection: object) -> None:
        self._reconnector.keep_only(connection)

    async def _live(self) -> None:
        stopped = Stopped("the client failed; closing the tab raises why")
        try:
            stopped = await self._reconnector.run()
        except asyncio.CancelledError:
            stopped = Closed("the tab was closed")
            raise
        finally:
            self._stop(stopped)

    def _stop(self, stopped: Stopped) -> None:
        self.stopped = stopped
        if isinstance(stopped, LoginEnded):
            self._session.cart = NOTHING
        for asker in self._session.stop():
            _fail(asker, stopped)
        for events in self._listeners:
            events.end(stopped)
        self._has_cart.set()


def _fail(asker: VerdictFuture, stopped: Stopped) -> None:
    if not asker.done():
        asker.set_exception(stopped)
        asker.exception()  # Whoever does not await it need not hear of it in the log.
