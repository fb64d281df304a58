"""Orders with good names, for tests to talk about."""

from typing import Any

from app.domain.addresses import Address
from app.domain.cart import Cart
from app.domain.catalog import Shelf
from app.domain.orders import OrderKey, OrderNumber, Pay
from app.domain.placing import NotPlaced, Placed, Wanted, place
from app.domain.position import position
from app.domain.totals import price_cart
from tests.examples import NOON, SHELF

HOME = Address("Ada", "1 Mill Lane", "", "Bath", "BA1 1AA")
KEY, NUMBER = OrderKey("key-1"), OrderNumber("7QK4-M2XD")


def wanted(cart: Cart, shelf: Shelf = SHELF, now_s: float = NOON, **changes: Any) -> Wanted:
    """Return what a shopper asks for who has *cart* as it is on the page."""
    _, totals = price_cart(cart, shelf, now_s)
    usual = Wanted(KEY, NUMBER, position(cart), totals.total, HOME, Pay.ON_DELIVERY)
    return usual._replace(**changes)


def placed(cart: Cart, shelf: Shelf = SHELF, now_s: float = NOON, **changes: Any) -> Placed:
    """Return what comes of an order that the shop must accept."""
    outcome = place(cart, wanted(cart, shelf, now_s, **changes), shelf, now_s)
    assert isinstance(outcome, Placed), outcome
    return outcome


def not_placed(cart: Cart, shelf: Shelf = SHELF, now_s: float = NOON, **changes: Any) -> NotPlaced:
    """Return why the shop refuses an order."""
    outcome = place(cart, wanted(cart, shelf, now_s, **changes), shelf, now_s)
    assert isinstance(outcome, NotPlaced), outcome
    return outcome
