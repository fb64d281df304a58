"""What waits in a live cart: ops and orders that are ruled on, and not saved yet."""

from itertools import islice
from typing import Protocol, Self

from app.domain.cart import Cart
from app.domain.catalog import Catalog
from app.domain.orders import OrderChange
from app.domain.outbox import EvictedOutbox, OutboxId
from app.live.outboxes import KnownOutboxes
from app.live.ports import CommittedChange, DisconnectReason
from app.live.stats import Second

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
    def change(self) -> OrderChange | None:
        """The order that is saved along with the cart."""

    @property
    def evicted(self) -> EvictedOutbox | None:
        """The outbox that left the cart, which is saved in another place."""

    @property
    def committed(self) -> tuple[Cart, CommittedChange] | None:
        """The cart afterwards and the change that made it; None if nothing changed."""

    def rule(self, cart: Cart, catalog: Catalog, now_s: float) -> Cart:
        """Rule on it, and return the cart afterwards: the same one if there is nothing to save."""

    def fulfil(self, saved: Cart, second: Second, now_s: float) -> None:
        """Send the outcome, which is in *saved*, and count it in *second*."""

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


class PendingQueue:
    """What waits in one cart, in order of arrival."""

    def __init__(self) -> None:
        self._pending: dict[PendingKey, Pending] = {}

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._pending)

    def add(self, pending: Pending) -> None:
        """Put *pending* at the end."""
        self._pending[pending.key] = pending

    def find(self, key: PendingKey) -> Pending | None:
        """Return what waits under *key*."""
        return self._pending.get(key)

    def saved_beside(self) -> tuple[tuple[EvictedOutbox, ...], tuple[OrderChange, ...]]:
        """Return the evicted outboxes and the orders that are saved along with the cart."""
        evicted: list[EvictedOutbox] = []
        changes: list[OrderChange] = []
        for pending in self._pending.values():
            if pending.evicted:
                evicted.append(pending.evicted)
            if pending.change:
                changes.append(pending.change)
        return tuple(evicted), tuple(changes)

    def pop(self, count: int) -> list[Pending]:
        """Take the first *count* out."""
        keys = list(islice(self._pending, count))
        return [self._pending.pop(key) for key in keys]
