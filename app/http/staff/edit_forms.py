"""The form that edits a product: decoded and validated, and changes as sentences."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from app.domain.catalog import Product, Sku
from app.domain.edits import LONGEST_REASON, MOST_STOCK, Changes, Edit, NotEdited, Value
from app.domain.money import pounds, read_pounds
from app.domain.product_text import read_count

Faults = Mapping[str, str]
"""For each invalid field a sentence that says what would be valid."""
NO_FAULTS: Final[Faults] = {}

_HIGHEST_VERSION = 2**31 - 1
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_YES_OR_NO = {"yes": True, "no": False}
_WORDS = {"sold": "on the shelf", "ml": "millilitres"}


class EditRequest(NamedTuple):
    """An edit, and the reason that goes into the audit log."""

    edit: Edit
    reason: str


def read_edit(sku: Sku, form: Mapping[str, str]) -> EditRequest | Faults:
    """Return the edit that *form* asks for, or all that is wrong with it."""
    faults: dict[str, str] = {}
    price, by, reason = form.get("price", "").strip(), _signed(form), read_reason(form)
    if price and read_pounds(price) is None:
        faults["price"] = f"“{price}” is not a price. Write pounds, like 2.20."
    if by is None:
        faults["stock_by"] = "Write how many came or went, like +12 or -3."
    if not reason:
        faults["reason"] = "Say why in a few words: it goes into the log."
    elif len(reason) > LONGEST_REASON:
        faults["reason"] = f"Say it in at most {LONGEST_REASON} characters."
    sold = _YES_OR_NO.get(form.get("sold", ""))
    seen = read_count(form.get("version", ""), _HIGHEST_VERSION)
    edit = Edit(sku, -1 if seen is None else seen, read_pounds(price), by or 0, sold)
    return faults or EditRequest(edit, reason)


def read_reason(form: Mapping[str, str]) -> str:
    """Return the reason that was typed, without control characters."""
    return _CONTROL.sub(" ", form.get("reason", "")).strip()


def faults_of(refused: NotEdited, product: Product) -> Faults:
    """Return what is wrong with a form whose edit of *product* was *refused*."""
    match refused:
        case NotEdited.TOO_FEW:
            return {"stock_by": f"There are only {product.stock}: no more can be taken away."}
        case NotEdited.TOO_MANY:
            return {"stock_by": f"No more than {MOST_STOCK:,} can be in stock."}
        case _:
            return {}


def describe_changes(changes: Changes) -> list[str]:
    """Return *changes* as text, like “price £2.20 → £2.35”."""
    return [
        f"{_WORDS.get(name, name)} {_text(name, was)} → {_text(name, now)}"
        if was is not None
        else f"{_WORDS.get(name, name)} {_text(name, now)}"
        for name, (was, now) in changes.items()
    ]


def _text(name: str, value: Value) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case int() if name == "price":
            return pounds(value)
        case _:
            return f"{value}"


def _signed(form: Mapping[str, str]) -> int | None:
    """Return the amount, with a sign or without; an empty field is 0, `None` is no number."""
    text = form.get("stock_by", "").strip().replace("\N{MINUS SIGN}", "-")
    amount = read_count(text.lstrip("+-") if text else "0", MOST_STOCK)
    if amount is None or len(text) - len(text.lstrip("+-")) > 1:
        return None
    return -amount if text.startswith("-") else amount
