"""An order, as the server returns it over HTTP (protocol.md §7)."""

from msgspec import Struct

from app.domain.catalog import Money, Sku
from app.domain.orders import OrderNumber, OrderState
from app.domain.totals import Totals


class OrderLine(Struct, frozen=True, gc=False):
    """A quantity of one product; `price` is the unit price that is charged."""

    sku: Sku
    name: str
    unit: str
    qty: int
    price: Money


class DeliveryAddress(Struct, frozen=True, gc=False):
    """The address an order is delivered to."""

    name: str
    line1: str
    line2: str
    city: str
    postcode: str


class PlacedOrder(Struct, frozen=True):
    """An order with its current state; `placed_at` is RFC 3339 in UTC."""

    number: OrderNumber
    state: OrderState
    placed_at: str
    lines: tuple[OrderLine, ...]
    totals: Totals
    deliver: DeliveryAddress
    note: str
