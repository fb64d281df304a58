"""Movements of stock: goods that are received, wasted, counted, ordered and returned.

Each change of a product's stock is a movement, so that the sum of its movements is its stock.
"""

from datetime import date
from enum import Enum, StrEnum, auto
from typing import Final, NamedTuple, assert_never

from app.domain.catalog import Product, Sku
from app.domain.edits import MOST_STOCK

LOW_STOCK: Final = 5
"""A product that has no threshold of its own is low when so many are left, or fewer."""


class MovementKind(StrEnum):
    """Why stock changed.

    `OPENING`: what was there when the product was added, or when the log began. `EDITED`: by hand
    on a product's page, by an import or a command.
    """

    OPENING = auto()
    RECEIVED = auto()
    WASTED = auto()
    COUNTED = auto()
    ORDERED = auto()
    CANCELLED = auto()
    EDITED = auto()


class StockAct(StrEnum):
    """What staff do to stock."""

    RECEIVE = auto()
    WASTE = auto()
    COUNT = auto()


KINDS: Final = {
    StockAct.RECEIVE: MovementKind.RECEIVED,
    StockAct.WASTE: MovementKind.WASTED,
    StockAct.COUNT: MovementKind.COUNTED,
}


class StockChange(NamedTuple):
    """Units to be received, wasted, or counted.

    `seen` is the stock that was shown to whoever counted (optimistic locking); `None` is not
    compared. `best_before` is of what is received.
    """

    sku: Sku
    act: StockAct
    units: int
    seen: int | None = None
    best_before: date | None = None


class NotMoved(Enum):
    """Why stock is not changed.

    `NONE`: no units. `TOO_FEW`: more is wasted than there is. `TOO_MANY`: it would be above
    `MOST_STOCK`. `MOVED`: it changed while it was counted.
    """

    UNKNOWN = auto()
    NONE = auto()
    TOO_FEW = auto()
    TOO_MANY = auto()
    MOVED = auto()


def moved_by(product: Product, change: StockChange) -> int | NotMoved:
    """Return by how much *change* moves the stock of *product*, or why it is refused.

    A count can find that nothing is missing.
    """
    is_count = change.act is StockAct.COUNT
    if is_count and change.seen not in {None, product.stock}:
        return NotMoved.MOVED
    if not change.units and not is_count:
        return NotMoved.NONE
    after = _after(product.stock, change)
    if after < 0:
        return NotMoved.TOO_FEW
    return NotMoved.TOO_MANY if after > MOST_STOCK else after - product.stock


def _after(stock: int, change: StockChange) -> int:
    match change.act:
        case StockAct.RECEIVE:
            return stock + change.units
        case StockAct.WASTE:
            return stock - change.units
        case StockAct.COUNT:
            return change.units
        case _:
            assert_never(change.act)


def lacking(product: Product) -> int:
    """Return how many of the units that carts hold of *product* are not there."""
    return max(product.on_hold - product.stock, 0)
