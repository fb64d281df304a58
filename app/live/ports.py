"""The ports of the live carts: what they need of the database, tabs and other nodes."""

from collections.abc import Iterable, Sequence
from enum import Enum, auto
from typing import Protocol

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.catalog import Sku
from app.domain.devices import Device
from app.domain.household import HouseholdRefusal, HouseholdRuling
from app.domain.members import People
from app.domain.ops import Op
from app.domain.orders import Order
from app.domain.outbox import EvictedOutbox, OpRef, OutboxId
from app.domain.placing import Rejected
from app.domain.saved_beside import SavedBeside
from app.domain.sessions import Session, SessionHash
from app.domain.verdicts import RetryLater, Verdict
from app.protocol.changes import CommittedChange
from app.protocol.messages import By, ServerMessage, TabId


class DisconnectReason(Enum):
    """Why a tab's connection is closed."""

    REPLACED = auto()
    CROWDED_OUT = auto()
    SIGNED_OUT = auto()
    EXPIRED = auto()
    LOST = auto()
    REMOVED = auto()


class Subscriber(Protocol):
    """Gets the answer to an op: a tab's connection, or a request over HTTP."""

    def tell(self, message: ServerMessage) -> None:
        """Take *message* without waiting."""

    def reject_duplicate(self) -> None:
        """Handle that another op had this number before."""

    def disconnect(self, why: DisconnectReason) -> None:
        """Handle that no more messages will come."""


class Tab(Subscriber, Protocol):
    """A subscriber that gets all changes: a page that shows the cart."""

    def hand_over(self) -> None:
        """Leave once all ops that came before are answered: another node is to serve the cart."""

    @property
    def id(self) -> TabId:
        """The page load."""

    @property
    def gen(self) -> int:
        """The number of this connection of the page, from 1."""

    @property
    def outbox(self) -> OutboxId:
        """The outbox that its ops come from, as it is called in the cart."""

    @property
    def by(self) -> AccountId:
        """Whose it is: a member's account, or `OWNER`."""

    @property
    def device(self) -> Device:
        """The device that shows it."""

    @property
    def watched(self) -> frozenset[Sku]:
        """The products that it shows besides those in the cart."""


class OpTrace(Protocol):
    """Where the steps of one account's ops are noted, each op under its name."""

    def received(self, ref: OpRef, op: Op, tab: TabId | None, due: int) -> None:
        """Note that *op* came from *tab* while number *due* was the next of its outbox."""

    def deferred(self, ref: OpRef, later: RetryLater) -> None:
        """Note that the op was put off."""

    def ruled(self, ref: OpRef, verdict: Verdict) -> None:
        """Note what was decided, which may be decided again."""

    def saved(self, ref: OpRef, version: int, subscribers: int) -> None:
        """Note that the verdict is saved, and sent to so many."""

    def contradicted(self, ref: OpRef, subscribers: int) -> None:
        """Note that another op with this number turned out to be saved."""

    def lost(self, ref: OpRef, subscribers: int) -> None:
        """Note that the cart was given up, and so many were disconnected."""

    def patched(self, by: By, tabs: int) -> None:
        """Note that a patch was sent to so many tabs."""


class Unresolved(Enum):
    """Why the outcome of an order is not known.

    `LATER`: the same request may be sent again in a moment. `REUSED`: the key belongs to another
    order, which is being placed. `OVERTAKEN`: the order has moved on to another state.
    """

    LATER = auto()
    REUSED = auto()
    OVERTAKEN = auto()


Outcome = Order | Rejected | Unresolved
HouseholdOutcome = HouseholdRuling | HouseholdRefusal | Unresolved


class HouseholdObserver(Protocol):
    """Gets the outcome of a change of a household."""

    def settle(self, outcome: HouseholdOutcome) -> None:
        """Take *outcome* without waiting."""


class OrderObserver(Protocol):
    """Gets the outcome of an order that is placed or cancelled."""

    def settle(self, outcome: Outcome) -> None:
        """Take *outcome* without waiting."""


class Unsaved(Protocol):
    """A cart with changes to be saved."""

    def take(self) -> tuple[Cart, tuple[EvictedOutbox, ...], tuple[SavedBeside, ...]]:
        """Return what is to be saved: the cart as it is now, evicted outboxes, and what else."""


class Writer(Protocol):
    """Saves changed carts, many in one transaction."""

    def mark(self, account: AccountId, cart: Unsaved) -> None:
        """Have *cart* saved, as it is once the next transaction begins."""


class Peers(Protocol):
    """The other servers on this database; messages may be lost, late or doubled."""

    @property
    def are_any(self) -> bool:
        """Say whether there may be other servers."""

    def publish_tabs(self, account: AccountId, tabs: int, people: People) -> None:
        """Publish how many tabs show a cart here; subscribe to its events while there are any.

        *people* are whose those are, if a household shares the cart.
        """

    def publish_commit(
        self, account: AccountId, version: int, change: CommittedChange | None
    ) -> None:
        """Publish that a cart was saved here under *version*, and what that changed."""

    def on_cart_opened(self, account: AccountId) -> None:
        """Note that a cart is in memory here."""

    def on_cart_closed(self, account: AccountId) -> None:
        """Note that a cart is in memory here no longer, and all of it is saved."""

    def publish_catalog(self) -> None:
        """Publish that the catalogue has changed."""

    def publish_session_ended(self, id_hash: SessionHash, why: DisconnectReason) -> None:
        """Publish that a login has ended."""

    def publish_session_renewed(self, id_hash: SessionHash, session: Session) -> None:
        """Publish that *session* replaced a login."""

    def publish_visits_ended(self, owner: AccountId) -> None:
        """Publish that the cart of *owner* is shown to nobody else now."""

    async def until_applied(self, cart: AccountId | None = None) -> None:
        """Wait until all nodes have applied what was published, and what is saved of *cart*.

        One that is silent is not waited for long.
        """


class Disk(Protocol):
    """The carts in the database. All methods may raise `DatabaseUnavailable`."""

    async def cart(self, account: AccountId) -> Cart:
        """Return *account*'s cart as last saved."""

    async def carts_of(self, accounts: Iterable[AccountId]) -> Sequence[Cart]:
        """Return many carts in any order, without unreadable ones."""

    async def version(self, account: AccountId) -> int:
        """Return how often *account*'s cart was saved."""

    async def last(self, account: AccountId, outbox: OutboxId) -> int:
        """Return the last number of an outbox that has left the cart."""
