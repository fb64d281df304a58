"""Stand-ins for what live carts talk to: they remember, and do what the test says."""

import asyncio
from collections.abc import Iterable, Sequence

from app.domain.cart import Account, Cart
from app.domain.ops import Op
from app.domain.orders import Deal, Order
from app.domain.outbox import OutboxId, Pushed, Ticket
from app.domain.sessions import Session, SessionHash
from app.domain.shelf import Sku
from app.live.cart import LiveCart
from app.live.ports import Away, Farewell, Made, Outcome, Unsaved
from app.protocol.messages import News, TabId
from tests.examples import ADA, EMPTY, HERE, NOON, THERE


class FakeTab:
    """A tab that keeps everything it hears."""

    def __init__(self, name: str = "here", gen: int = 1, outbox: OutboxId = HERE):
        self.id = TabId(name)
        self.gen = gen
        self.outbox = outbox
        self.watched: frozenset[Sku] = frozenset()
        self.heard: list[News] = []
        self.contradictions = 0
        self.farewells: list[Farewell] = []

    def asks(self, cart: LiveCart, n: int, op: Op, body: str = "") -> None:
        """Send *op* as number *n*; its body is what it says, unless it is to be another."""
        cart.submit(Ticket(self.outbox, n, body or repr(op)), op, self, self.id)

    def tell(self, news: News) -> None:
        self.heard.append(news)

    def contradict(self) -> None:
        self.contradictions += 1

    def dismiss(self, why: Farewell) -> None:
        self.farewells.append(why)

    def hears(self) -> list[News]:
        """Return what was heard since this was asked last."""
        heard, self.heard = self.heard, []
        return heard


def another_tab() -> FakeTab:
    """Return a tab beside the first, with its own outbox."""
    return FakeTab("there", outbox=THERE)


class FakeWriter:
    """Keeps what is marked until the test takes it."""

    def __init__(self) -> None:
        self.waiting: dict[Account, Unsaved] = {}

    def mark(self, account: Account, cart: Unsaved) -> None:
        self.waiting[account] = cart

    def takes(self) -> list[tuple[Cart, tuple[Pushed, ...], tuple[Deal, ...]]]:
        """Take everything that waits, as the writer does before it saves."""
        waiting, self.waiting = self.waiting, {}
        return [cart.take() for cart in waiting.values()]


class FakeNodes:
    """The other nodes: they keep everything that they are told."""

    def __init__(self) -> None:
        self.are_any = False
        self.tabs: list[tuple[Account, int]] = []
        self.moved: list[tuple[Account, int, Sequence[Made]]] = []
        self.shelves = 0
        self.ended: list[tuple[SessionHash, Farewell]] = []
        self.renewed: list[tuple[SessionHash, Session]] = []

    def tell_tabs(self, account: Account, tabs: int) -> None:
        self.tabs.append((account, tabs))

    def tell_moved(self, account: Account, version: int, made: Sequence[Made]) -> None:
        self.moved.append((account, version, made))

    def tell_shelf(self) -> None:
        self.shelves += 1

    def tell_ended(self, id_hash: SessionHash, why: Farewell) -> None:
        self.ended.append((id_hash, why))

    def tell_renewed(self, id_hash: SessionHash, session: Session) -> None:
        self.renewed.append((id_hash, session))


class FakeDisk:
    """Has what the test puts on it; counts what is asked, and can be away, slow or broken."""

    def __init__(self) -> None:
        self.carts: dict[Account, Cart] = {ADA: EMPTY}
        self.lasts: dict[tuple[Account, OutboxId], int] = {}
        self.carts_read: list[Account] = []
        self.lasts_read: list[OutboxId] = []
        self.is_away = False
        self.is_broken = False
        self.unreadable: set[Account] = set()
        self.is_free = asyncio.Event()
        self.is_free.set()

    async def cart(self, account: Account) -> Cart:
        self.carts_read.append(account)
        found = self.carts.get(account, Cart(account, EMPTY.epoch))
        await self._answer()
        return found

    async def carts_of(self, accounts: Iterable[Account]) -> list[Cart]:
        wanted = [*accounts]
        self.carts_read += wanted
        found = [
            self.carts.get(account, Cart(account, EMPTY.epoch))
            for account in wanted
            if account not in self.unreadable
        ]
        await self._answer()
        return found

    async def version(self, account: Account) -> int:
        await self._answer()
        return self.carts[account].version

    async def last(self, account: Account, outbox: OutboxId) -> int:
        self.lasts_read.append(outbox)
        await self._answer()
        return self.lasts.get((account, outbox), 0)

    async def _answer(self) -> None:
        await self.is_free.wait()
        if self.is_away:
            raise Away
        if self.is_broken:
            raise ZeroDivisionError


class FakeClock:
    """The time of day, and a clock that only goes forward; both stand still by themselves."""

    def __init__(self) -> None:
        self.passed_s = 0.0

    def now_s(self) -> float:
        return NOON + self.passed_s

    def steady_s(self) -> float:
        return 1000 + self.passed_s

    def passes(self, seconds: float) -> None:
        """Let time go by."""
        self.passed_s += seconds


class FakeBuyer:
    """Somebody who waits for an order, and keeps all that is said of it."""

    def __init__(self) -> None:
        self.heard: list[Outcome] = []

    def settle(self, outcome: Outcome) -> None:
        self.heard.append(outcome)

    @property
    def order(self) -> Order:
        """The order, which must be all that was heard."""
        (outcome,) = self.heard
        assert isinstance(outcome, Order), outcome
        return outcome
