"""Fakes of the ports of live carts: they remember, and do what the test says."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.catalog import Sku
from app.domain.devices import Device
from app.domain.errors import DatabaseUnavailable
from app.domain.members import OWNER, People
from app.domain.ops import Op
from app.domain.orders import Order
from app.domain.outbox import EvictedOutbox, OpRef, OutboxId, outbox_of
from app.domain.saved_beside import SavedBeside
from app.domain.sessions import Session, SessionHash
from app.live.cart import LiveCart
from app.live.ports import DisconnectReason, Outcome, Unsaved
from app.protocol.changes import CommittedChange
from app.protocol.messages import ServerMessage, TabId
from tests.examples import ADA, EMPTY, HERE, NOON, THERE


def body_of(op: Op) -> str:
    """Return a digest of *op*, of as many characters as those of the protocol."""
    return sha256(repr(op).encode()).hexdigest()[:6]


class FakeTab:
    """A tab that keeps every message."""

    def __init__(
        self, name: str = "here", gen: int = 1, outbox: OutboxId = HERE, by: AccountId = OWNER
    ):
        self.id = TabId(name)
        self.gen = gen
        self.by = by
        self.device = Device.COMPUTER
        self.outbox = outbox_of(by, outbox)
        self.watched: frozenset[Sku] = frozenset()
        self.received: list[ServerMessage] = []
        self.rejected_duplicates = 0
        self.disconnects: list[DisconnectReason] = []
        self.is_handed_over = False

    def submits(self, cart: LiveCart, n: int, op: Op, body: str = "") -> None:
        """Submit *op* as number *n*; *body* is its digest unless another is given."""
        cart.submit(OpRef(self.outbox, n, body or body_of(op), self.by), op, self, self.id)

    def tell(self, message: ServerMessage) -> None:
        self.received.append(message)

    def reject_duplicate(self) -> None:
        self.rejected_duplicates += 1

    def disconnect(self, why: DisconnectReason) -> None:
        self.disconnects.append(why)

    def hand_over(self) -> None:
        self.is_handed_over = True

    def take_received(self) -> list[ServerMessage]:
        """Return the messages since the last call."""
        received, self.received = self.received, []
        return received


def another_tab() -> FakeTab:
    """Return a second tab, with its own outbox."""
    return FakeTab("there", outbox=THERE)


class FakeWriter:
    """Keeps what is marked until the test takes it."""

    def __init__(self) -> None:
        self.waiting: dict[AccountId, Unsaved] = {}

    def mark(self, account: AccountId, cart: Unsaved) -> None:
        self.waiting[account] = cart

    def takes(self) -> list[tuple[Cart, tuple[EvictedOutbox, ...], tuple[SavedBeside, ...]]]:
        """Take everything that waits, as the writer does before it saves."""
        waiting, self.waiting = self.waiting, {}
        return [cart.take() for cart in waiting.values()]


class FakePeers:
    """The other nodes: they keep everything that is published."""

    def __init__(self) -> None:
        self.are_any = False
        self.tabs: list[tuple[AccountId, int]] = []
        self.people: list[People] = []
        self.commits: list[tuple[AccountId, int, CommittedChange | None]] = []
        self.catalog_publishes = 0
        self.ended: list[tuple[SessionHash, DisconnectReason]] = []
        self.renewed: list[tuple[SessionHash, Session]] = []
        self.open_carts = Counter[AccountId]()
        self.visits_ended: list[AccountId] = []
        self.waited_for: list[AccountId | None] = []
        self.has_applied = asyncio.Event()
        self.has_applied.set()

    def publish_tabs(self, account: AccountId, tabs: int, people: People) -> None:
        self.tabs.append((account, tabs))
        self.people.append(people)

    def publish_commit(
        self, account: AccountId, version: int, change: CommittedChange | None
    ) -> None:
        self.commits.append((account, version, change))

    def on_cart_opened(self, account: AccountId) -> None:
        self.open_carts[account] += 1

    def on_cart_closed(self, account: AccountId) -> None:
        self.open_carts[account] -= 1

    def publish_catalog(self) -> None:
        self.catalog_publishes += 1

    def publish_session_ended(self, id_hash: SessionHash, why: DisconnectReason) -> None:
        self.ended.append((id_hash, why))

    def publish_session_renewed(self, id_hash: SessionHash, session: Session) -> None:
        self.renewed.append((id_hash, session))

    def publish_visits_ended(self, owner: AccountId) -> None:
        self.visits_ended.append(owner)

    async def until_applied(self, cart: AccountId | None = None) -> None:
        self.waited_for.append(cart)
        await self.has_applied.wait()


class FakeDisk:
    """Has what the test puts on it; counts reads, and can be away, slow or broken."""

    def __init__(self) -> None:
        self.carts: dict[AccountId, Cart] = {ADA: EMPTY}
        self.lasts: dict[tuple[AccountId, OutboxId], int] = {}
        self.carts_read: list[AccountId] = []
        self.lasts_read: list[OutboxId] = []
        self.is_away = False
        self.is_broken = False
        self.unreadable: set[AccountId] = set()
        self.is_free = asyncio.Event()
        self.is_free.set()

    async def cart(self, account: AccountId) -> Cart:
        self.carts_read.append(account)
        found = self.carts.get(account, Cart(account, EMPTY.epoch))
        await self._answer()
        return found

    async def carts_of(self, accounts: Iterable[AccountId]) -> list[Cart]:
        request = [*accounts]
        self.carts_read += request
        found = [
            self.carts.get(account, Cart(account, EMPTY.epoch))
            for account in request
            if account not in self.unreadable
        ]
        await self._answer()
        return found

    async def version(self, account: AccountId) -> int:
        await self._answer()
        return self.carts[account].version

    async def last(self, account: AccountId, outbox: OutboxId) -> int:
        self.lasts_read.append(outbox)
        await self._answer()
        return self.lasts.get((account, outbox), 0)

    async def _answer(self) -> None:
        await self.is_free.wait()
        if self.is_away:
            raise DatabaseUnavailable
        if self.is_broken:
            raise ZeroDivisionError


class FakeClock:
    """The time of day and a steady clock; both stand still unless the test moves them."""

    def __init__(self) -> None:
        self.passed_s = 0.0

    def now_s(self) -> float:
        return NOON + self.passed_s

    def steady_s(self) -> float:
        return 1000 + self.passed_s

    def passes(self, seconds: float) -> None:
        """Move both clocks forward."""
        self.passed_s += seconds


class FakeOrderObserver:
    """Waits for an order, and keeps every outcome."""

    def __init__(self) -> None:
        self.received: list[Outcome] = []

    def settle(self, outcome: Outcome) -> None:
        self.received.append(outcome)

    @property
    def order(self) -> Order:
        """The order, which must be the only outcome."""
        (outcome,) = self.received
        assert isinstance(outcome, Order), outcome
        return outcome
