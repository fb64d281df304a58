"""What the live carts need of the rest of the shop; the rest of the shop fits in here."""

from collections.abc import Iterable, Sequence
from enum import Enum, auto
from typing import NamedTuple, Protocol

from app.domain.cart import Account, Cart, Patch
from app.domain.orders import Deal, Order
from app.domain.outbox import OutboxId, Pushed
from app.domain.placing import NotPlaced
from app.domain.sessions import Session, SessionHash
from app.domain.shelf import Sku
from app.protocol.messages import By, News, OrderMoved, TabId


class Farewell(Enum):
    """Why a tab's connection must end."""

    REPLACED = auto()
    CROWDED_OUT = auto()
    SIGNED_OUT = auto()
    EXPIRED = auto()
    LOST = auto()


class Asker(Protocol):
    """Whoever asks for an op and wants to hear what becomes of it."""

    def tell(self, news: News) -> None:
        """Take *news* at once, without waiting."""

    def contradict(self) -> None:
        """Learn that another op had this number before."""

    def dismiss(self, why: Farewell) -> None:
        """Learn that nothing more will be told."""


class Tab(Asker, Protocol):
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


class Unsettled(Enum):
    """Why a buyer does not learn what became of an order.

    `LATER`: the same may be asked again in a moment. `REUSED`: the key belongs to another order,
    which is being placed. `OVERTAKEN`: the order is in another state than it was thought to be.
    """

    LATER = auto()
    REUSED = auto()
    OVERTAKEN = auto()


Outcome = Order | NotPlaced | Unsettled


class Buyer(Protocol):
    """Whoever places or cancels an order and wants to hear what becomes of it."""

    def settle(self, outcome: Outcome) -> None:
        """Take *outcome* at once, without waiting."""


class Unsaved(Protocol):
    """A cart that has changed."""

    def take(self) -> tuple[Cart, tuple[Pushed, ...], tuple[Deal, ...]]:
        """Return the cart as it is now, the outboxes that left it, and the orders beside it."""


class Writer(Protocol):
    """Where changed carts wait to be saved."""

    def mark(self, account: Account, cart: Unsaved) -> None:
        """Have *cart* saved as it will be when its turn comes."""


class Made(NamedTuple):
    """A change of a cart that is saved: what it does, who asked, and which order it made."""

    patch: Patch
    by: By
    order: OrderMoved | None = None


class Nodes(Protocol):
    """The other servers of this database; what they are told may be lost, late or doubled."""

    @property
    def are_any(self) -> bool:
        """Say whether there may be others."""

    def tell_tabs(self, account: Account, tabs: int) -> None:
        """Tell that so many tabs look at a cart here; as long as there are any, hear of it too."""

    def tell_moved(self, account: Account, version: int, made: Sequence[Made]) -> None:
        """Tell that a cart was saved here under *version*, and what was done to it."""

    def tell_shelf(self) -> None:
        """Tell that something on the shelf moved."""

    def tell_ended(self, id_hash: SessionHash, why: Farewell) -> None:
        """Tell that a login has ended."""

    def tell_renewed(self, id_hash: SessionHash, session: Session) -> None:
        """Tell that *session* took the place of a login."""


class Disk(Protocol):
    """Where carts are while nobody looks at them."""

    async def cart(self, account: Account) -> Cart:
        """Return *account*'s cart as last saved; raise `Away` if that cannot be told now."""

    async def carts_of(self, accounts: Iterable[Account]) -> Sequence[Cart]:
        """Return many carts, in any order, but for unreadable ones; raise `Away` likewise."""

    async def version(self, account: Account) -> int:
        """Return how often *account*'s cart was saved; raise `Away` likewise."""

    async def last(self, account: Account, outbox: OutboxId) -> int:
        """Return how far an outbox got that has left the cart; raise `Away` likewise."""


class Away(Exception):
    """The disk cannot be asked just now."""
