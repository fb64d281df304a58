"""What staff change on the shelf, and what of it is refused."""

from collections.abc import Mapping
from dataclasses import fields, replace
from enum import Enum, auto
from typing import Final, NamedTuple

from app.domain.catalog import Money, Product, Sku

MOST_STOCK: Final = 1_000_000
LONGEST_REASON: Final = 200

Value = str | int | bool | None
Changes = Mapping[str, tuple[Value, Value]]
"""For each field of a product that changed what it was, and what it is."""


class Edit(NamedTuple):
    """What somebody wants changed who has seen version `seen` of a product.

    `None` leaves a thing as it is. Stock is changed *by* an amount, for it is sold from meanwhile.
    """

    sku: Sku
    seen: int
    price: Money | None = None
    stock_by: int = 0
    sold: bool | None = None


class NotEdited(Enum):
    """Why an edit is refused; nothing has changed then.

    `MOVED`: somebody else has edited the product since. `TOO_FEW`, `TOO_MANY`: so many cannot be
    taken from what there is, or not be added to it. `SAME`: nothing would be another than it is.
    """

    UNKNOWN = auto()
    MOVED = auto()
    TOO_FEW = auto()
    TOO_MANY = auto()
    SAME = auto()


def edited(product: Product, edit: Edit) -> Product | NotEdited:
    """Return *product* as *edit* makes it, or why it does not."""
    if edit.seen != product.version:
        return NotEdited.MOVED
    stock = product.stock + edit.stock_by
    if stock < 0:
        return NotEdited.TOO_FEW
    if stock > MOST_STOCK:
        return NotEdited.TOO_MANY
    price = product.price if edit.price is None else edit.price
    sold = product.sold if edit.sold is None else edit.sold
    return replace(product, price=price, stock=stock, sold=sold)


def changes(before: Product | None, after: Product) -> Changes:
    """Return what makes *after* another than *before*; versions do not count."""
    names = [field.name for field in fields(Product) if field.name not in {"sku", "version"}]
    pairs = {name: (getattr(before, name, None), getattr(after, name)) for name in names}
    return {name: (was, now) for name, (was, now) in pairs.items() if was != now}
