"""An order as the shop answers it over HTTP (protocol.md §7)."""

from msgspec import Struct

from app.domain.catalog import Money, Sku
from app.domain.orders import OrderNumber, OrderState
from app.domain.totals import Totals


class Bought(Struct, frozen=True, gc=False):
    """So many of one product, at the unit price that is charged."""

    sku: Sku
    name: str
    unit: str
    qty: int
    price: Money


class Destination(Struct, frozen=True, gc=False):
    """Where an order goes."""

    name: str
    line1: str
    line2: str
    city: str
    postcode: str


class PlacedOrder(Struct, frozen=True):
    """An order, as far as it has come; `placed_at` is RFC 3339 in UTC."""

    number: OrderNumber
    state: OrderState
    placed_at: str
    lines: tuple[Bought, ...]
    totals: Totals
    deliver: Destination
    note: str
