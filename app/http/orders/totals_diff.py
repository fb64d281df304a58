"""Explains why a total has changed since a page was shown.

The page's form sends along the parts of the total that it showed, and they are compared.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.catalog import Money
from app.i18n.formats import money
from app.protocol.encode import to_json
from app.protocol.json import BadFrame, read_object

CartFields = Mapping[str, Any]
"""A cart as `cart_fields` returns it."""
Seen = Mapping[str, int]
"""The parts of a total in minor units: by SKU, DELIVERY, DISCOUNT (negative) and TAX."""

DELIVERY, DISCOUNT, TAX = "Delivery", "Discount", "Tax"
NOT_PRICED = frozenset({"sold_out", "gone"})


def seen(cart: CartFields) -> Seen:
    """Return the parts of the total of *cart*; DELIVERY, DISCOUNT and TAX cannot be SKUs."""
    sums = {
        line["sku"]: line["price"] * line["qty"]
        for line in cart["lines"]
        if line["state"] not in NOT_PRICED
    }
    totals = cart["totals"]
    parts = {DELIVERY: totals["delivery"], DISCOUNT: -totals["discount"]}
    return {**sums, **parts, TAX: totals.get("tax", 0)}


def seen_to_json(cart: CartFields) -> str:
    """Return the parts of the total of *cart* as the JSON that a form carries."""
    return to_json(seen(cart))


def read_seen(text: str) -> Seen | None:
    """Return the parts that a form carried, or None. They are only shown, so need no check."""
    try:
        fields = read_object(text)
    except BadFrame:
        return None
    whole = all(type(amount) is int and abs(amount) < 10**12 for amount in fields.values())
    return fields if whole else None


def differences(before: Seen, now: Seen, names: Mapping[str, str]) -> list[str]:
    """Return a phrase such as “Milk +£0.50” for each part that changed; *names* are by SKU."""
    return list(_differences(before, now, names))


def signed(amount: int) -> str:
    """Return *amount* with its sign, such as “+£0.50”."""
    sign = "+" if amount > 0 else "\N{MINUS SIGN}"
    return f"{sign}{money(Money(abs(amount)))}"


def _differences(before: Seen, now: Seen, names: Mapping[str, str]) -> Iterator[str]:
    for part in {**before, **now}:
        if change := now.get(part, 0) - before.get(part, 0):
            yield f"{names.get(part, part)} {signed(change)}"
