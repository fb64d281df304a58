"""What the live carts need of the rest of the shop; the rest of the shop fits in here."""

from collections.abc import Iterable, Sequence
from enum import Enum, auto
from typing import NamedTuple, Protocol

from app.domain.cart import AccountId, Cart, Patch
from app.domain.catalog import Sku
from app.domain.ops import Op
from app.domain.orders import Order, OrderChange
from app.domain.outbox import EvictedOutbox, OpRef, OutboxId
from app.domain.placing import Rejected
from app.domain.sessions import Session, SessionHash
from app.domain.verdicts import RetryLater, Verdict
from app.protocol.messages import By, OrderMoved, ServerMessage, TabId


class DisconnectReason(Enum):
    """Why a tab's connection must end."""

    REPLACED = auto()
    CROWDED_OUT = auto()
    SIGNED_OUT = auto()
    EXPIRED = auto()
    LOST = auto()


class Subscriber(Protocol):
    """Whoever asks for an op and wants to hear what becomes of it."""

    def tell(self, news: ServerMessage) -> None:
        """Take *news* at once, without waiting."""

    def reject_duplicate(self) -> None:
        """Learn that another op had this number before."""

    def disconnect(self, why: DisconnectReason) -> None:
        """Learn that nothing more will be told."""


class Tab(Subscriber, Protocol):
    """An asker that watches: a page that shows the cart."""

    @property
    def id(self) -> TabId:
        """Which page load it is."""

    @property
    def gen(self) -> int:
        """How many times it has connected."""

    @property
    def outbox(self) -> OutboxId:
        """The stream that its ops come from."""

    @property
    def watched(self) -> frozenset[Sku]:
        """The products that it shows beside those in the cart."""


class OpTrace(Protocol):
    """Where the steps of one account's ops are noted, each op under its name."""

    def received(self, ref: OpRef, op: Op, tab: TabId | None, due: int) -> None:
        """Note that *op* came from *tab* while number *due* was the next of its outbox."""

    def deferred(self, ref: OpRef, later: RetryLater) -> None:
        """Note that the op was put off."""

    def ruled(self, ref: OpRef, verdict: Verdict) -> None:
        """Note what was decided, which may be decided again."""

    def saved(self, ref: OpRef, version: int, subscribers: int) -> None:
        """Note that the verdict is saved, and told to so many."""

    def contradicted(self, ref: OpRef, subscribers: int) -> None:
        """Note that another op with this number turned out to be saved."""

    def lost(self, ref: OpRef, subscribers: int) -> None:
        """Note that the cart was given up, and so many were disconnected."""

    def patched(self, by: By, tabs: int) -> None:
        """Note that a patch was told to so many tabs."""


class Unresolved(Enum):
    """Why a buyer does not learn what became of an order.

    `LATER`: the same may be asked again in a moment. `REUSED`: the key belongs to another order,
    which is being placed. `OVERTAKEN`: the order is in another state than it was thought to be.
    """

    LATER = auto()
    REUSED = auto()
    OVERTAKEN = auto()


Outcome = Order | Rejected | Unresolved


class OrderObserver(Protocol):
    """Whoever places or cancels an order and wants to hear what becomes of it."""

    def settle(self, outcome: Outcome) -> None:
        """Take *outcome* at once, without waiting."""


class Unsaved(Protocol):
    """A cart that has changed."""

    def take(self) -> tuple[Cart, tuple[EvictedOutbox, ...], tuple[OrderChange, ...]]:
        """Return the cart as it is now, the outboxes that left it, and the orders beside it."""


class Writer(Protocol):
    """Where changed carts wait to be saved."""

    def mark(self, account: AccountId, cart: Unsaved) -> None:
        """Have *cart* saved as it will be when its turn comes."""


class CommittedChange(NamedTuple):
    """A change of a cart that is saved: what it does, who asked, and which order it made."""

    patch: Patch
    by: By
    order: OrderMoved | None = None


class Peers(Protocol):
    """The other servers of this database; what they are told may be lost, late or doubled."""

    @property
    def are_any(self) -> bool:
        """Say whether there may be others."""

    def publish_tabs(self, account: AccountId, tabs: int) -> None:
        """Tell that so many tabs look at a cart here; as long as there are any, hear of it too."""

    def publish_commit(
        self, account: AccountId, version: int, made: Sequence[CommittedChange]
    ) -> None:
        """Tell that a cart was saved here under *version*, and what was done to it."""

    def publish_catalog(self) -> None:
        """Tell that something on the shelf moved."""

    def publish_session_ended(self, id_hash: SessionHash, why: DisconnectReason) -> None:
        """Tell that a login has ended."""

    def publish_session_renewed(self, id_hash: SessionHash, session: Session) -> None:
        """Tell that *session* took the place of a login."""


class Disk(Protocol):
    """Where carts are while nobody looks at them."""

    async def cart(self, account: AccountId) -> Cart:
        """Return *account*'s cart as last saved; raise `DatabaseUnavailable`."""

    async def carts_of(self, accounts: Iterable[AccountId]) -> Sequence[Cart]:
        """Return many carts in any order, without unreadable ones; may raise likewise."""

    async def version(self, account: AccountId) -> int:
        """Return how often *account*'s cart was saved; may raise likewise."""

    async def last(self, account: AccountId, outbox: OutboxId) -> int:
        """Return how far an outbox got that has left the cart; may raise likewise."""
