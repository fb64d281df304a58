"""Orders that are being placed or cancelled: ruled on, and not saved yet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from app.domain.cart import Cart
from app.domain.catalog import Catalog
from app.domain.orders import CancelOrder, Order, OrderChange, OrderState, PlaceOrder
from app.domain.placing import Cancelled, OrderRequest, Placed, Rejected, cancel, place
from app.live.ports import CommittedChange, DisconnectReason, OrderObserver, Outcome, Unresolved
from app.protocol.messages import BY_ORDER, OrderMoved

Ruling = Placed | Cancelled | Rejected

MOST_REFUSALS = 5


@dataclass(slots=True)
class PendingOrder:
    """An order that is placed or cancelled, what came of it so far, and who waits to hear of it.

    It waits among its cart's wishes, and like those it is ruled on again if the save does not
    happen. Of two with one name the second is the first come again if the terms are the same.
    """

    name: str
    terms: object
    judge: Callable[[Cart, Catalog, float], Ruling]
    observers: list[OrderObserver]
    ruling: Ruling | None = None
    refusals: int = 0

    @classmethod
    def purchase(cls, request: OrderRequest, observer: OrderObserver) -> Self:
        """Return an order for *observer*; cart and total are no terms: they were true once."""
        return cls(
            f"key {request.key}",
            (request.deliver, request.pay),
            lambda cart, catalog, now_s: place(cart, request, catalog, now_s),
            [observer],
        )

    @classmethod
    def cancellation(cls, order: Order, observer: OrderObserver) -> Self:
        """Return that *observer* cancels *order*, which is in the state that it has here."""
        name, terms = f"number {order.number}", order.state
        return cls(name, terms, lambda cart, _shelf, _now_s: cancel(cart, order), [observer])

    @property
    def change(self) -> OrderChange | None:
        """Return what is saved along with the cart."""
        return self.ruling.change if isinstance(self.ruling, Placed | Cancelled) else None

    @property
    def step(self) -> tuple[Cart, CommittedChange] | None:
        """Return the cart afterwards, and what was done to it; None if nothing was."""
        if not isinstance(self.ruling, Placed):
            return None
        cart, patch, change = self.ruling
        return cart, CommittedChange(
            patch, BY_ORDER, OrderMoved(change.order.number, change.order.state)
        )

    def rule(self, cart: Cart, catalog: Catalog, now_s: float) -> Cart:
        """Rule on it, and return the cart afterwards."""
        self.ruling = self.judge(cart, catalog, now_s)
        return cart if isinstance(self.ruling, Rejected) else self.ruling.cart

    def join(self, other: "PendingOrder") -> None:
        """Let those who wait for *other*, of the same name, wait here if they want the same."""
        if other.terms == self.terms:
            self.observers += other.observers
        else:
            other.tell(Unresolved.REUSED)

    def turn_down(self) -> bool:
        """Learn that the disk refused it; say whether that is the end of it, and was told.

        An order to be placed has another chance beside a fresher shelf, but not for ever.
        """
        if isinstance(self.change, CancelOrder):
            self.tell(Unresolved.OVERTAKEN)
            return True
        self.refusals += self.change is not None
        if self.refusals < MOST_REFUSALS:
            return False
        self.tell(Unresolved.LATER)
        return True

    def fulfil(self) -> None:
        """Tell what came of it."""
        if isinstance(self.ruling, Rejected):
            self.tell(self.ruling)
        elif change := self.change:
            self.tell(_afterwards(change))

    def tell(self, outcome: Outcome) -> None:
        """Tell everybody who waits."""
        for observer in self.observers:
            observer.settle(outcome)

    def disconnect(self, _why: DisconnectReason) -> None:
        """Let go of everybody who waits: only asking again can show what became of it."""
        self.tell(Unresolved.LATER)


def _afterwards(change: OrderChange) -> Order:
    """Return the order as it is once *change* is saved."""
    match change:
        case PlaceOrder(order):
            return order
        case CancelOrder(order):
            return order._replace(state=OrderState.CANCELLED)
