"""Orders that are being placed or cancelled: ruled on, and not saved yet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from app.domain.cart import Cart
from app.domain.orders import Deal, Order, OrderState, Return, Sale
from app.domain.placing import NotPlaced, Placed, TakenBack, Wanted, place, take_back
from app.domain.shelf import Shelf
from app.live.ports import Buyer, Farewell, Made, Outcome, Unsettled
from app.protocol.messages import BY_ORDER, OrderMoved

Ruling = Placed | TakenBack | NotPlaced

MOST_REFUSALS = 5


@dataclass(slots=True)
class Bargain:
    """An order that is placed or cancelled, what came of it so far, and who waits to hear of it.

    It waits among its cart's wishes, and like those it is ruled on again if the save does not
    happen. Of two with one name the second is the first come again if the terms are the same.
    """

    name: str
    terms: object
    judge: Callable[[Cart, Shelf, float], Ruling]
    buyers: list[Buyer]
    ruling: Ruling | None = None
    refusals: int = 0

    @classmethod
    def purchase(cls, wanted: Wanted, buyer: Buyer) -> Self:
        """Return an order that *buyer* places; cart and total are no terms: they were true once."""
        return cls(
            f"key {wanted.key}",
            (wanted.deliver, wanted.pay),
            lambda cart, shelf, now_s: place(cart, wanted, shelf, now_s),
            [buyer],
        )

    @classmethod
    def cancellation(cls, order: Order, buyer: Buyer) -> Self:
        """Return that *buyer* cancels *order*, which is in the state that it has here."""
        name, terms = f"number {order.number}", order.state
        return cls(name, terms, lambda cart, _shelf, _now_s: take_back(cart, order), [buyer])

    @property
    def deal(self) -> Deal | None:
        """Return what is saved along with the cart."""
        return self.ruling.deal if isinstance(self.ruling, Placed | TakenBack) else None

    @property
    def step(self) -> tuple[Cart, Made] | None:
        """Return the cart afterwards, and what was done to it; None if nothing was."""
        if not isinstance(self.ruling, Placed):
            return None
        cart, patch, deal = self.ruling
        return cart, Made(patch, BY_ORDER, OrderMoved(deal.order.number, deal.order.state))

    def rule(self, cart: Cart, shelf: Shelf, now_s: float) -> Cart:
        """Rule on it, and return the cart afterwards."""
        self.ruling = self.judge(cart, shelf, now_s)
        return cart if isinstance(self.ruling, NotPlaced) else self.ruling.cart

    def join(self, other: "Bargain") -> None:
        """Let those who wait for *other*, of the same name, wait here if they want the same."""
        if other.terms == self.terms:
            self.buyers += other.buyers
        else:
            other.tell(Unsettled.REUSED)

    def turn_down(self) -> bool:
        """Learn that the disk refused it; say whether that is the end of it, and was told.

        An order to be placed has another chance beside a fresher shelf, but not for ever.
        """
        if isinstance(self.deal, Return):
            self.tell(Unsettled.OVERTAKEN)
            return True
        self.refusals += self.deal is not None
        if self.refusals < MOST_REFUSALS:
            return False
        self.tell(Unsettled.LATER)
        return True

    def fulfil(self) -> None:
        """Tell what came of it."""
        if isinstance(self.ruling, NotPlaced):
            self.tell(self.ruling)
        elif deal := self.deal:
            self.tell(_afterwards(deal))

    def tell(self, outcome: Outcome) -> None:
        """Tell everybody who waits."""
        for buyer in self.buyers:
            buyer.settle(outcome)

    def dismiss(self, _why: Farewell) -> None:
        """Let go of everybody who waits: only asking again can show what became of it."""
        self.tell(Unsettled.LATER)


def _afterwards(deal: Deal) -> Order:
    """Return the order as it is once *deal* is saved."""
    match deal:
        case Sale(order):
            return order
        case Return(order):
            return order._replace(state=OrderState.CANCELLED)
