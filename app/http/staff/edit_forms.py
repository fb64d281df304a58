"""The form that edits a product: decoded and validated, and changes as sentences."""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from app.domain.catalog import HoldRule, Money, Product, Sku, TaxRate
from app.domain.edits import LONGEST_REASON, MOST_STOCK, Changes, Edit, NotEdited, Value
from app.domain.languages import Language
from app.domain.money import plain_amount, read_price
from app.domain.product_faults import Fault, FaultCode
from app.domain.product_text import NOTHING_KNOWN, read_count, read_hold, read_values
from app.domain.taxes import read_rate
from app.http.staff.translations import read_translations
from app.i18n.formats import current_currency, money, number, percent
from app.i18n.languages import spoken
from app.i18n.translate import current_translator
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.services.product_fault_texts import fault_text

Faults = Mapping[str, str]
"""For each invalid field a sentence that says what would be valid."""
NO_FAULTS: Final[Faults] = {}

MUCH_STOCK = 1_000

_HIGHEST_VERSION = 2**31 - 1
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_MORE: Final = ("barcode", "low")
_YES_OR_NO = {"yes": True, "no": False}
_WORDS: Final = {
    "sku": N_("SKU"),
    "slug": N_("page address"),
    "name": N_("name"),
    "unit": N_("unit"),
    "category": N_("category"),
    "image": N_("picture"),
    "description": N_("description"),
    "price": N_("price"),
    "stock": N_("stock"),
    "sold": N_("on sale"),
    "popular": N_("on the home page"),
    "grams": N_("grams"),
    "ml": N_("millilitres"),
    "tax": N_("tax"),
    "hold": N_("holding"),
    "barcode": N_("barcode"),
    "low": N_("low from"),
}
HOLD_RULES: Final[Mapping[HoldRule, str]] = {
    HoldRule.NEVER: N_("never"),
    HoldRule.SCARCE: N_("when 10 or fewer are left"),
    HoldRule.ALWAYS: N_("always"),
}
"""When carts hold what is in them, as staff choose it."""


EXAMPLE: Final = Money(220)
"""A price to show how one is typed, in minor units."""


class EditRequest(NamedTuple):
    """An edit, and the reason that goes into the audit log."""

    edit: Edit
    reason: str


def read_edit(sku: Sku, form: Mapping[str, str]) -> EditRequest | Faults:
    """Return the edit that *form* asks for, or all that is wrong with it."""
    faults: dict[str, str] = {}
    price, by, reason = form.get("price", "").strip(), _signed(form), read_reason(form)
    currency = current_currency()
    if price and read_price(price, currency) is None:
        faults["price"] = _(
            "“%(typed)s” is not a price. Enter one such as %(example)s.",
            typed=price,
            example=plain_amount(EXAMPLE, currency),
        )
    typed_tax = form.get("tax", "").strip()
    if typed_tax and read_rate(typed_tax) is None:
        faults["tax"] = fault_text(
            Fault("tax", FaultCode.NOT_A_RATE, {"typed": typed_tax}), current_translator().lookup
        )
    if by is None:
        faults["stock_by"] = _("Enter how many were added or removed, such as +12 or -3.")
    if not reason:
        faults["reason"] = _("Give a reason in a few words, for the log.")
    elif len(reason) > LONGEST_REASON:
        faults["reason"] = too_long()
    translated, misspelt = read_translations(form)
    more, unread = read_more(form)
    faults |= {**misspelt, **unread}
    sold = _YES_OR_NO.get(form.get("sold", ""))
    seen = read_version(form.get("version", ""))
    edit = Edit(
        sku,
        -1 if seen is None else seen,
        read_price(price, currency),
        by or 0,
        sold,
        translated,
        read_rate(typed_tax),
        read_hold(hold) if (hold := form.get("hold", "")) else None,
        more,
    )
    return faults or EditRequest(edit, reason)


def read_more(form: Mapping[str, str]) -> tuple[Mapping[str, Any], Faults]:
    """Return the barcode and the threshold that *form* has, and what is wrong with them."""
    read = read_values({name: form[name] for name in _MORE if name in form}, NOTHING_KNOWN)
    if isinstance(read, list):
        lookup = current_translator().lookup
        return {}, {fault.column: fault_text(fault, lookup) for fault in read}
    return read, {}


def read_version(text: str) -> int | None:
    """Return the version of a product that a form carries, or `None` if it is none."""
    return read_count(text, _HIGHEST_VERSION)


def large_change(product: Product, edit: Edit) -> str:
    """Return a question about an edit that changes a number by more than half; empty if not.

    A slip of a decimal point is ten times the price. Small numbers change by much every day, so
    stock counts only if at least `MUCH_STOCK` come or go.
    """
    price, stock = edit.price or product.price, product.stock + edit.stock_by
    is_possible = 0 <= stock <= MOST_STOCK and abs(edit.stock_by) >= MUCH_STOCK
    of_price = is_large(product.price, price)
    of_stock = is_possible and is_large(product.stock, stock)
    values = {
        "price_was": money(product.price),
        "price": money(price),
        "stock_was": number(product.stock),
        "stock": number(stock),
    }
    match of_price, of_stock:
        case True, True:
            return _(
                "Change the price from %(price_was)s to %(price)s and the stock from"
                " %(stock_was)s to %(stock)s?",
                **values,
            )
        case True, False:
            return _("Change the price from %(price_was)s to %(price)s?", **values)
        case False, True:
            return _("Change the stock from %(stock_was)s to %(stock)s?", **values)
        case _no_question:
            return ""


def is_large(was: int, now: int) -> bool:
    """Say whether a number changes by more than half of what it was."""
    return abs(now - was) * 2 > was


def too_long() -> str:
    """Return the sentence about a reason that is too long for the log."""
    return _("Use at most %(most)s characters.", most=LONGEST_REASON)


def read_reason(form: Mapping[str, str]) -> str:
    """Return the reason that was typed, without control characters."""
    return read_line(form, "reason")


def read_line(form: Mapping[str, str], name: str) -> str:
    """Return what was typed into the field *name*, without control characters."""
    return _CONTROL.sub(" ", form.get(name, "")).strip()


def faults_of(refused: NotEdited, product: Product) -> Faults:
    """Return what is wrong with a form whose edit of *product* was *refused*."""
    match refused:
        case NotEdited.TOO_FEW:
            return {
                "stock_by": _(
                    "There are only %(stock)s: no more can be taken away.",
                    stock=number(product.stock),
                )
            }
        case NotEdited.TOO_MANY:
            return {
                "stock_by": _("No more than %(most)s can be in stock.", most=number(MOST_STOCK))
            }
        case NotEdited.TAKEN:
            return {"barcode": _("Another product has this barcode.")}
        case _:
            return {}


def describe_changes(changes: Changes) -> list[str]:
    """Return *changes* as text, like “price £2.20 → £2.35”."""
    return [
        _(
            "%(field)s %(was)s → %(now)s",
            field=_field(name),
            was=_text(name, was),
            now=_text(name, now),
        )
        if was is not None
        else _("%(field)s %(now)s", field=_field(name), now=_text(name, now))
        for name, (was, now) in changes.items()
    ]


def _field(column: str) -> str:
    """Return the name of a field; that of a text in another language names the language."""
    name, _dot, language = column.partition(".")
    field = _(_WORDS[name])
    if not language:
        return field
    known = spoken().get(Language(language))  # the log is older than the languages of today
    own_name = known.own_name if known else language
    return _("%(field)s (%(language)s)", field=field, language=own_name)


def _text(name: str, value: Value) -> str:
    match value:
        case None:
            return _("nothing")
        case bool():
            return _("yes") if value else _("no")
        case str() if name == "hold":
            return _(HOLD_RULES[HoldRule(value)])
        case int() if name == "price":
            return money(Money(value))
        case int() if name == "tax":
            return percent(TaxRate(value))
        case _:
            return f"{value}"


def _signed(form: Mapping[str, str]) -> int | None:
    """Return the amount, with a sign or without; an empty field is 0, `None` is no number."""
    text = form.get("stock_by", "").strip().replace("\N{MINUS SIGN}", "-")
    amount = read_count(text.lstrip("+-") if text else "0", MOST_STOCK)
    if amount is None or len(text) - len(text.lstrip("+-")) > 1:
        return None
    return -amount if text.startswith("-") else amount
