"""An order that waits to be placed or cancelled."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.catalog import Catalog
from app.domain.members import OWNER
from app.domain.orders import CancelOrder, Order, OrderChange, OrderState, PlaceOrder
from app.domain.outbox import EvictedOutbox
from app.domain.placing import Cancelled, OrderRequest, Placed, Rejected, cancel, place
from app.live.outboxes import KnownOutboxes
from app.live.ports import DisconnectReason, OrderObserver, Outcome, Unresolved
from app.live.stats import Second
from app.protocol.changes import CartChange
from app.protocol.messages import BY_ORDER, OrderMoved

Ruling = Placed | Cancelled | Rejected

MOST_REFUSALS = 5


@dataclass(slots=True)
class PendingOrder:
    """An order that is placed or cancelled, and who waits for its outcome.

    Two with the same `key` are the same order if their `terms` are. `decide` is the rule that
    applies; `beside` is what the database stores if it allows it. `by` is the member of the
    household who places it.
    """

    key: str
    terms: object
    decide: Callable[[Cart, Catalog, float], Ruling]
    observers: list[OrderObserver]
    ruling: Ruling | None = None
    beside: OrderChange | None = None
    evicted: EvictedOutbox | None = None
    refusals: int = 0
    by: AccountId = OWNER

    @classmethod
    def purchase(cls, request: OrderRequest, observer: OrderObserver) -> Self:
        """Return an order to be placed; its position and total are no terms (protocol.md §7)."""
        return cls(
            f"key {request.by} {request.key}",
            (request.deliver, request.pay),
            lambda cart, catalog, now_s: place(cart, request, catalog, now_s),
            [observer],
            by=request.by,
        )

    @classmethod
    def cancellation(cls, order: Order, observer: OrderObserver) -> Self:
        """Return *order* to be cancelled, if it is still in the state that it has here."""
        key, terms = f"number {order.number}", order.state
        return cls(key, terms, lambda cart, _catalog, _now_s: cancel(cart, order), [observer])

    def rule(self, cart: Cart, catalog: Catalog, now_s: float) -> Cart:
        """Rule on it, and return the cart afterwards: the same one if the order is rejected."""
        self.ruling = ruling = self.decide(cart, catalog, now_s)
        if isinstance(ruling, Rejected):
            self.beside = None
            return cart
        self.beside = ruling.change
        return ruling.cart

    def fulfil(self, _saved: Cart, _second: Second, _now_s: float) -> CartChange | None:
        """Tell the order as it is now, or why it was rejected; return how it emptied the cart."""
        if isinstance(self.ruling, Rejected):
            self._settle(self.ruling)
        elif change := self.beside:
            self._settle(_afterwards(change))
        if not isinstance(self.ruling, Placed):
            return None
        _, patch, change = self.ruling
        by = replace(BY_ORDER, account=self.by) if self.by else BY_ORDER
        return CartChange(patch, by, OrderMoved(change.order.number, change.order.state))

    def retry_later(self, _second: Second) -> None:
        """Tell that the database is away: the same may be asked again."""
        self._settle(Unresolved.LATER)

    def refused_by_database(self) -> bool:
        """Give up a cancellation, or an order that was refused too often; say whether it was.

        An order may succeed once the catalogue has been refreshed: stock was short, or a voucher
        was used up by others. A cancellation was refused because the order has moved on.
        """
        if isinstance(self.beside, CancelOrder):
            self._settle(Unresolved.OVERTAKEN)
            return True
        self.refusals += self.beside is not None
        if self.refusals < MOST_REFUSALS:
            return False
        self._settle(Unresolved.LATER)
        return True

    def answer_if_saved(self, _outboxes: KnownOutboxes, _saved: Cart) -> bool:
        """Return False: a cart does not tell which orders were made of it; the database does."""
        return False

    def ask_if_early(self, _outboxes: KnownOutboxes, _latest: Cart) -> bool:
        """Return False: orders have no numbers."""
        return False

    def join(self, other: "PendingOrder") -> None:
        """Have the senders of *other* wait here, if its terms are the same; else reject them."""
        if other.terms == self.terms:
            self.observers += other.observers
            return
        for observer in other.observers:
            observer.settle(Unresolved.REUSED)

    def disconnect(self, _why: DisconnectReason) -> None:
        """Tell that the outcome is unknown: only asking again shows it."""
        self._settle(Unresolved.LATER)

    def _settle(self, outcome: Outcome) -> None:
        for observer in self.observers:
            observer.settle(outcome)


def _afterwards(change: OrderChange) -> Order:
    """Return the order as it is once *change* is saved."""
    match change:
        case PlaceOrder(order):
            return order
        case CancelOrder(order):
            return order._replace(state=OrderState.CANCELLED)
