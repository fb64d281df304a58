"""What a tab knows of its cart and its ops, and what it does with what it hears."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from app.client import encode as say
from app.client.backoff import Again
from app.client.cart import NOTHING, advance, invalidate, reprice, whole
from app.client.decode import Heard, State, read
from app.client.errors import Misheard
from app.client.outbox import Outbox
from app.client.state import Item, Patch, Prices, Snapshot
from app.client.told import Auth, Drain, Need, Tabs, Welcome
from app.domain.cart import AccountId
from app.domain.catalog import Sku
from app.domain.limits import Limits
from app.domain.outbox import OutboxId
from app.domain.verdicts import No, Ok, RetryLater, Verdict
from app.protocol.messages import TabId

VerdictFuture = asyncio.Future[Verdict]


class ConnectionPort(Protocol):
    """What a session needs of a connection."""

    @property
    def gen(self) -> int:
        """Its number among the connections of the tab."""

    def say(self, frame: str) -> None:
        """Send *frame* without waiting."""

    def end(self, ending: Drain | Again) -> None:
        """Leave the connection, and come back as *ending* says."""


class Session:
    """The state machine of one tab. It opens no socket and knows no clock but the loop's timers.

    Of two connections, the newest that was greeted tells the state of the cart, and the newest
    that was welcomed takes ops; verdicts count from both.
    """

    def __init__(
        self,
        account: AccountId,
        tab: TabId,
        new_name: Callable[[], str],
        tell: Callable[[Heard], None],
        settle_on: Callable[[ConnectionPort], None],
    ):
        self.cart = NOTHING
        self.limits = Limits()
        self.prices: dict[Sku, Item] = {}
        self.session_left_ms = 0
        self.tabs = 0
        self.outbox: Outbox[VerdictFuture] = Outbox(OutboxId(new_name()))
        self._account = account
        self._tab = tab
        self._new_name = new_name
        self._tell = tell
        self._settle_on = settle_on
        self._watched: frozenset[Sku] = frozenset()
        self._newest: ConnectionPort | None = None
        self._speaking: ConnectionPort | None = None
        self._settled_at_hello = 0
        self._heeded: set[ConnectionPort] = set()
        self._holding: asyncio.TimerHandle | None = None

    def greet(self, connection: ConnectionPort) -> None:
        """Say hello; from now on *connection* tells the state of the cart."""
        outbox = self.outbox
        self._newest = connection
        self._heeded.add(connection)
        self._settled_at_hello = outbox.settled
        connection.say(say.hello(self._tab, connection.gen, outbox.name, self.cart.at, outbox.pend))

    def leave(self, connection: ConnectionPort) -> None:
        """Learn that *connection* is gone."""
        self._heeded.discard(connection)
        if connection is self._speaking:
            self._speaking = None

    def forget(self) -> None:
        """Ask for the whole cart next time."""
        self.cart = invalidate(self.cart)

    def send(self, body: str, asker: VerdictFuture) -> None:
        """Send an op as soon as may be, and settle *asker* with its verdict."""
        self.outbox.put(body, asker)
        self._send_on()

    def say(self, frame: str) -> bool:
        """Send *frame* now, if the tab is welcome anywhere."""
        if self._speaking is None:
            return False
        self._speaking.say(frame)
        return True

    def watch(self, skus: frozenset[Sku]) -> None:
        """Be told of the price and stock of *skus*, on later connections too."""
        self._watched = skus
        self.prices = {sku: item for sku, item in self.prices.items() if sku in skus}
        self.say(say.watch(skus))

    def stop(self) -> list[VerdictFuture]:
        """Forget the ops that wait; return who wanted to know of them."""
        self._speaking = None
        if self._holding:
            self._holding.cancel()
        return self.outbox.clear()

    def hear(self, connection: ConnectionPort, frame: bytes) -> None:
        """Do what *frame* asks for, then tell of it."""
        news = read(frame)
        match news:
            case Ok() | No():
                self._settle(connection, news)
            case Patch() | Snapshot() | Prices():
                self._follow(connection, news)
            case Welcome():
                self._come_in(connection, news)
            case RetryLater() | Need():
                self._send_again(connection, news)
            case Tabs(n):
                self.tabs = n
            case Auth(left_ms):
                self.session_left_ms = left_ms
            case Drain():
                connection.end(news)
            case _:
                pass
        self._tell(news)

    def _settle(self, connection: ConnectionPort, verdict: Verdict) -> None:
        if connection not in self._heeded:
            return
        asker = self.outbox.settle(verdict)
        if asker and not asker.done():
            asker.set_result(verdict)
        self._send_on()

    def _follow(self, connection: ConnectionPort, state: State) -> None:
        if connection is not self._newest:
            return
        match state:
            case Patch():
                self._advance(connection, state)
            case Snapshot():
                self.cart = whole(state)
            case Prices():
                self._reprice(state)

    def _advance(self, connection: ConnectionPort, patch: Patch) -> None:
        cart = advance(self.cart, patch)
        if cart is not None:
            self.cart = cart
        elif self.cart.at is not None:
            self.cart = invalidate(self.cart)
            connection.say(say.RESYNC)

    def _reprice(self, prices: Prices) -> None:
        if self.cart.at is not None:
            self.cart = reprice(self.cart, prices)
        self.prices |= {item.sku: item for item in prices.items if item.sku in self._watched}

    def _come_in(self, connection: ConnectionPort, welcome: Welcome) -> None:
        if welcome.account != self._account:
            raise Misheard(f"welcome to {welcome.account}, but this is {self._account}")
        if connection is not self._newest:
            return
        self.limits = welcome.limits
        self.session_left_ms = welcome.session_left_ms
        for verdict in welcome.verdicts:
            self._settle(connection, verdict)
        if welcome.last < self._settled_at_hello:
            self._start_over(connection)
        else:
            self._speak(connection)

    def _speak(self, connection: ConnectionPort) -> None:
        self.outbox.rewind()
        self._speaking = connection
        self._settle_on(connection)
        if self._watched:
            connection.say(say.watch(self._watched))
        self._send_on()

    def _send_again(self, connection: ConnectionPort, wish: RetryLater | Need) -> None:
        """Do as the shop asks, if it is the connection that takes ops that asks for it."""
        if connection is not self._speaking:
            return
        if isinstance(wish, RetryLater):
            self._hold(wish)
        elif self.outbox.has(wish.n):
            self._send_on()
        else:
            self._start_over(connection)

    def _start_over(self, connection: ConnectionPort) -> None:
        """Begin a new outbox: the shop has lost what it knew of this one."""
        self.outbox.rename(OutboxId(self._new_name()))
        self._heeded.clear()
        self._speaking = None
        connection.end(Again(at_once=True))

    def _hold(self, later: RetryLater) -> None:
        self.outbox.hold(later.n)
        loop = asyncio.get_running_loop()
        until_s = loop.time() + later.retry_ms / 1000
        if self._holding and self._holding.when() >= until_s:
            return
        if self._holding:
            self._holding.cancel()
        self._holding = loop.call_at(until_s, self._release)

    def _release(self) -> None:
        self._holding = None
        self.outbox.release()
        self._send_on()

    def _send_on(self) -> None:
        if self._speaking is None:
            return
        for n, body in self.outbox.take(self.limits.inflight):
            self._speaking.say(say.op(n, body))
