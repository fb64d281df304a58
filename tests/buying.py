"""Named orders for tests."""

from typing import Any

from app.domain.addresses import Address
from app.domain.cart import Cart
from app.domain.catalog import Catalog
from app.domain.orders import OrderKey, OrderNumber, Pay
from app.domain.placing import OrderRequest, Placed, Rejected, place
from app.domain.position import position
from app.domain.totals import price_cart
from tests.examples import CATALOG, NOON

HOME = Address("Ada", "1 Mill Lane", "", "Bath", "BA1 1AA")
KEY, NUMBER = OrderKey("key-1"), OrderNumber("7QK4-M2XD")


def request(
    cart: Cart, catalog: Catalog = CATALOG, now_s: float = NOON, **changes: Any
) -> OrderRequest:
    """Return a request to order *cart* as it is."""
    _, totals = price_cart(cart, catalog, now_s)
    usual = OrderRequest(KEY, NUMBER, position(cart), totals.total, HOME, Pay.ON_DELIVERY)
    return usual._replace(**changes)


def placed(cart: Cart, catalog: Catalog = CATALOG, now_s: float = NOON, **changes: Any) -> Placed:
    """Return the ruling on an order that must be placed."""
    outcome = place(cart, request(cart, catalog, now_s, **changes), catalog, now_s)
    assert isinstance(outcome, Placed), outcome
    return outcome


def not_placed(
    cart: Cart, catalog: Catalog = CATALOG, now_s: float = NOON, **changes: Any
) -> Rejected:
    """Return the ruling on an order that must be rejected."""
    outcome = place(cart, request(cart, catalog, now_s, **changes), catalog, now_s)
    assert isinstance(outcome, Rejected), outcome
    return outcome
