"""What waits in a live cart: ops and orders that are ruled on, and not saved yet."""

from itertools import islice
from typing import Protocol, Self

from app.domain.cart import Cart
from app.domain.catalog import Catalog
from app.domain.outbox import EvictedOutbox, OutboxId
from app.domain.saved_beside import SavedBeside
from app.live.outboxes import KnownOutboxes
from app.live.ports import DisconnectReason
from app.live.stats import Second
from app.protocol.changes import CartChange

PendingKey = tuple[OutboxId, int] | str
"""An op's outbox and number, or the name of an order."""


class Pending(Protocol):
    """An op or an order: it is ruled on, saved along with the cart, and then answered.

    Until it is saved it may have to be ruled on again. If it was sent more than once, all senders
    wait for the one answer.
    """

    @property
    def key(self) -> PendingKey:
        """What it is found by in its cart."""

    @property
    def beside(self) -> SavedBeside | None:
        """The order or the membership that is saved along with the cart."""

    @property
    def evicted(self) -> EvictedOutbox | None:
        """The outbox that left the cart, which is saved in another place."""

    def rule(self, cart: Cart, catalog: Catalog, now_s: float) -> Cart:
        """Rule on it, and return the cart afterwards: the same one if there is nothing to save."""

    def fulfil(self, saved: Cart, second: Second, now_s: float) -> CartChange | None:
        """Send the outcome, which is in *saved*, and count it in *second*.

        Return the revision that it made, if anything changed.
        """

    def retry_later(self, second: Second) -> None:
        """Send that the database is away, so that the outcome is unknown."""

    def refused_by_database(self) -> bool:
        """Give up if ruling on it again cannot help; say whether it was given up."""

    def answer_if_saved(self, outboxes: KnownOutboxes, saved: Cart) -> bool:
        """Send the outcome if *saved* turns out to have it, and say whether it has."""

    def ask_if_early(self, outboxes: KnownOutboxes, latest: Cart) -> bool:
        """Ask for the ops before it if *latest* does not have them, and say whether it asked."""

    def join(self, other: Self) -> None:
        """Have the senders of *other*, which has the same key, wait here; or reject them.

        They are rejected if it has another body.
        """

    def disconnect(self, why: DisconnectReason) -> None:
        """Disconnect the senders: there will be no outcome."""


class PendingQueue(dict[PendingKey, Pending]):
    """What waits in one cart, by key and in order of arrival.

    `has_more_to_save` is set once something is to be saved beside the cart, which is rare.
    """

    has_more_to_save = False

    def saved_beside(self) -> tuple[tuple[EvictedOutbox, ...], tuple[SavedBeside, ...]]:
        """Return the evicted outboxes and what else is saved along with the cart."""
        evicted: list[EvictedOutbox] = []
        changes: list[SavedBeside] = []
        for pending in self.values():
            if pending.evicted:
                evicted.append(pending.evicted)
            if pending.beside:
                changes.append(pending.beside)
        return tuple(evicted), tuple(changes)

    def take(self, count: int) -> list[Pending]:
        """Take the first *count* out."""
        if count == len(self):
            taken = list(self.values())
            self.clear()
            self.has_more_to_save = False
            return taken
        return [self.pop(key) for key in list(islice(self, count))]
