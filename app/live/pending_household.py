"""A change of who shares a cart, or helps with it, that waits to be saved."""

from dataclasses import dataclass

from app.domain.cart import Cart
from app.domain.catalog import Catalog
from app.domain.help import SavedHelp
from app.domain.help_rules import AskHelp, EndHelp, HelpChange, TakeHelp, rule_on_help
from app.domain.household import (
    HouseholdChange,
    HouseholdRefusal,
    HouseholdRuling,
    MemberJoined,
    MembershipChange,
    rule_on_household,
)
from app.domain.outbox import EvictedOutbox
from app.live.outboxes import KnownOutboxes
from app.live.ports import DisconnectReason, HouseholdObserver, Unresolved
from app.live.stats import Second
from app.protocol.changes import CartChange
from app.protocol.messages import BY_HELP, BY_HOUSEHOLD


@dataclass(slots=True)
class PendingHousehold:
    """A change of a household or a help, and who waits for the outcome; each has its own `key`.

    A change that is there already is a success: so it may be asked for again.
    """

    key: str
    change: HouseholdChange | HelpChange
    observer: HouseholdObserver
    ruling: HouseholdRuling | HouseholdRefusal = HouseholdRefusal.NOT_ALLOWED
    beside: MembershipChange | SavedHelp | None = None
    evicted: EvictedOutbox | None = None

    def rule(self, cart: Cart, _catalog: Catalog, _now_s: float) -> Cart:
        """Rule on it, and return the cart afterwards: the same one if nothing changes."""
        self.ruling = _rule(cart, self.change)
        if isinstance(self.ruling, HouseholdRefusal):
            self.beside = None
            return cart
        self.beside = self.ruling.change
        return self.ruling.cart

    def fulfil(self, _saved: Cart, _second: Second, _now_s: float) -> CartChange | None:
        """Tell what was decided; return the revision that it made, if any lines changed."""
        self.observer.settle(self.ruling)
        if isinstance(self.ruling, HouseholdRefusal) or self.ruling.patch is None:
            return None
        by = BY_HELP if isinstance(self.change, EndHelp) else BY_HOUSEHOLD
        return CartChange(self.ruling.patch, by)

    def retry_later(self, _second: Second) -> None:
        """Tell that the database is away: the same may be asked again."""
        self.observer.settle(Unresolved.LATER)

    def refused_by_database(self) -> bool:
        """Give up one who was not invited, or no longer; say whether it was given up."""
        if not isinstance(self.beside, MemberJoined):
            return False
        self.observer.settle(HouseholdRefusal.NOT_INVITED)
        return True

    def answer_if_saved(self, _outboxes: KnownOutboxes, _saved: Cart) -> bool:
        """Return False: it is ruled on again, and finds that it is done."""
        return False

    def ask_if_early(self, _outboxes: KnownOutboxes, _latest: Cart) -> bool:
        """Return False: changes of a household have no numbers."""
        return False

    def join(self, other: "PendingHousehold") -> None:
        """Tell *other* to ask again: no two have the same key."""
        other.observer.settle(Unresolved.LATER)

    def disconnect(self, _why: DisconnectReason) -> None:
        """Tell that the outcome is unknown: only asking again shows it."""
        self.observer.settle(Unresolved.LATER)


def _rule(cart: Cart, change: HouseholdChange | HelpChange) -> HouseholdRuling | HouseholdRefusal:
    if isinstance(change, AskHelp | TakeHelp | EndHelp):
        return rule_on_help(cart, change)
    return rule_on_household(cart, change)
