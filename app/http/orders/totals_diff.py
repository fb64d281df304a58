"""Why a total is not the one that was on the page: what was seen is sent along, and compared."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.protocol.encode import to_json
from app.protocol.json import BadFrame, read_object

CartFields = Mapping[str, Any]
"""A cart as `cart_fields` gives it."""
Seen = Mapping[str, int]
"""What each part of a total came to, by SKU, and beside those DELIVERY and DISCOUNT."""

DELIVERY, DISCOUNT = "Delivery", "Discount"
COUNTS_NOTHING = frozenset({"sold_out", "gone"})


def seen(cart: CartFields) -> Seen:
    """Return what the total of *cart* is made of; no SKU begins with a capital."""
    sums = {
        line["sku"]: line["price"] * line["qty"]
        for line in cart["lines"]
        if line["state"] not in COUNTS_NOTHING
    }
    totals = cart["totals"]
    return {**sums, DELIVERY: totals.delivery, DISCOUNT: -totals.discount}


def seen_to_json(cart: CartFields) -> str:
    """Return `seen` as the text that a page sends along."""
    return to_json(seen(cart))


def read_seen(text: str) -> Seen | None:
    """Return what a page sent along; it is shown to who sent it, and nothing else depends on it."""
    try:
        fields = read_object(text)
    except BadFrame:
        return None
    whole = all(type(amount) is int and abs(amount) < 10**12 for amount in fields.values())
    return fields if whole else None


def differences(before: Seen, now: Seen, names: Mapping[str, str]) -> list[str]:
    """Return a few words for each part that moved, as “Milk +50p”."""
    return list(_differences(before, now, names))


def signed(amount: int) -> str:
    """Return *amount* with its sign, as people write it."""
    sign, size = ("+", amount) if amount > 0 else ("\N{MINUS SIGN}", -amount)
    return f"{sign}{size}p" if size < 100 else f"{sign}£{size // 100:,}.{size % 100:02}"  # noqa: PLR2004


def _differences(before: Seen, now: Seen, names: Mapping[str, str]) -> Iterator[str]:
    for part in {**before, **now}:
        if moved := now.get(part, 0) - before.get(part, 0):
            yield f"{names.get(part, part)} {signed(moved)}"
