"""Edits of products by staff, and why they may be refused."""

from collections.abc import Mapping
from dataclasses import fields, replace
from enum import Enum, auto
from typing import Any, Final, NamedTuple

from app.domain.catalog import HoldRule, Money, Product, Sku, TaxRate
from app.domain.product_translations import changed_texts, write_texts

MOST_STOCK: Final = 1_000_000
LONGEST_REASON: Final = 200

Value = str | int | bool | None
Changes = Mapping[str, tuple[Value, Value]]
"""The changed fields of a product, each with its old and new value.

A text in another language is a field of its own, `name.zh-Hant`; it is `None` if not translated.
"""


class Edit(NamedTuple):
    """A change to be made to version `seen` of a product (optimistic locking).

    `None` leaves a field as it is. Stock is changed *by* an amount, since orders change it too.
    `translated` are texts in other languages, by column; an empty one is taken away.
    `more` are values of further fields: `barcode`, `low`.
    """

    sku: Sku
    seen: int
    price: Money | None = None
    stock_by: int = 0
    sold: bool | None = None
    translated: Mapping[str, str] = {}
    tax: TaxRate | None = None
    hold: HoldRule | None = None
    more: Mapping[str, Any] = {}


class NotEdited(Enum):
    """Why an edit is refused; nothing has changed then.

    `MOVED`: the product was edited since version `seen`. `TOO_FEW`, `TOO_MANY`: the stock would
    be negative, or above `MOST_STOCK`. `SAME`: the edit would change nothing. `TAKEN`: another
    product has the barcode.
    """

    UNKNOWN = auto()
    MOVED = auto()
    TOO_FEW = auto()
    TOO_MANY = auto()
    SAME = auto()
    TAKEN = auto()


def edited(product: Product, edit: Edit) -> Product | NotEdited:
    """Return *product* with *edit* applied, or why it is refused."""
    if edit.seen != product.version:
        return NotEdited.MOVED
    stock = product.stock + edit.stock_by
    if stock < 0:
        return NotEdited.TOO_FEW
    if stock > MOST_STOCK:
        return NotEdited.TOO_MANY
    price = product.price if edit.price is None else edit.price
    sold = product.sold if edit.sold is None else edit.sold
    texts = changed_texts(product.texts, edit.translated)
    tax = product.tax if edit.tax is None else edit.tax
    hold = product.hold if edit.hold is None else edit.hold
    after = replace(product, price=price, stock=stock, sold=sold, texts=texts, tax=tax, hold=hold)
    return replace(after, **edit.more)


def changes(before: Product | None, after: Product) -> Changes:
    """Return the fields in which *after* differs from *before*, the version apart."""
    was, now = _values(before) if before else {}, _values(after)
    return {
        name: (was.get(name), now.get(name)) for name in was | now if was.get(name) != now.get(name)
    }


def _values(product: Product) -> dict[str, Value]:
    apart = {"sku", "version", "texts", "on_hold", "waiting"}
    names = [field.name for field in fields(Product) if field.name not in apart]
    return {name: getattr(product, name) for name in names} | write_texts(product.texts)
