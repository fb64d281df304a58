"""The forms that change stock: decoded and validated, and why one is refused as sentences."""

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from app.domain.catalog import Product, Sku
from app.domain.edits import LONGEST_REASON, MOST_STOCK
from app.domain.product_text import read_count
from app.domain.stock import NotMoved, StockAct, StockChange, lacking
from app.http.staff.edit_forms import Faults, read_reason, too_long
from app.i18n.formats import number
from app.i18n.translate import current_language, ngettext
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.store.stock import Moved

REASONS: Final[Mapping[StockAct, tuple[str, ...]]] = {
    StockAct.RECEIVE: (N_("New delivery"), N_("Returned by a shopper"), N_("Found again")),
    StockAct.WASTE: (
        N_("Past its date"),
        N_("Spoilt"),
        N_("Damaged"),
        N_("Missing"),
        N_("Used in the shop"),
    ),
    StockAct.COUNT: (N_("Stock count"), N_("Counted again")),
}
"""What may be the reason for each act; the first is meant where none is typed, but for waste."""


class StockRequest(NamedTuple):
    """A change of stock, and the reason that goes into the log."""

    change: StockChange
    reason: str


def read_change(sku: Sku, form: Mapping[str, str]) -> StockRequest | Faults:
    """Return the change that *form* asks for, or all that is wrong with it."""
    faults: dict[str, str] = {}
    act = read_act(form)
    units = read_count(form.get("units", "").strip(), MOST_STOCK)
    if units is None:
        faults["units"] = _("Enter how many, from 0 to %(most)s.", most=number(MOST_STOCK))
    reason = read_reason(form)
    if not reason and act is StockAct.WASTE:
        faults["reason"] = _("Give a reason in a few words, for the log.")
    elif len(reason) > LONGEST_REASON:
        faults["reason"] = too_long()
    typed_date = form.get("best_before", "").strip() if act is StockAct.RECEIVE else ""
    best_before = read_day(typed_date)
    if typed_date and best_before is None:
        faults["best_before"] = _("Enter a date such as %(example)s.", example="2027-01-31")
    seen = read_count(form.get("seen", ""), MOST_STOCK)
    change = StockChange(sku, act, units or 0, seen, best_before)
    return faults or StockRequest(change, reason or _(REASONS[act][0]))


def read_act(form: Mapping[str, str]) -> StockAct:
    """Return what *form* does; one that does not say so receives nothing."""
    act = form.get("act", "")
    return StockAct(act) if act in {*StockAct} else StockAct.RECEIVE


def read_day(text: str) -> date | None:
    """Return the date in *text*, or `None` if it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def faults_of(refused: NotMoved, product: Product) -> Faults:
    """Return what is wrong with a change of *product* that is *refused*."""
    match refused:
        case NotMoved.TOO_FEW:
            sentence = _(
                "There are only %(stock)s: no more can be taken away.", stock=number(product.stock)
            )
        case NotMoved.TOO_MANY:
            sentence = _("No more than %(most)s can be in stock.", most=number(MOST_STOCK))
        case NotMoved.MOVED:
            sentence = _(
                "The stock has changed to %(stock)s while you counted. If your count is still"
                " right, save it again.",
                stock=number(product.stock),
            )
        case _:
            sentence = _("Enter how many, at least 1.")
    return {"units": sentence}


def done_text(change: StockChange, moved: Moved) -> str:
    """Return the sentence about a *change* that was made."""
    text = moved.product.text(current_language())
    values = {
        "name": text.name,
        "unit": text.unit,
        "units": number(abs(moved.units)),
        "stock": number(moved.product.stock),
    }
    match change.act:
        case StockAct.RECEIVE:
            return _("%(name)s, %(unit)s: %(units)s received, now %(stock)s.", **values)
        case StockAct.WASTE:
            return _("%(name)s, %(unit)s: %(units)s written off, now %(stock)s.", **values)
        case StockAct.COUNT if moved.units > 0:
            return _("%(name)s, %(unit)s: %(stock)s counted, %(units)s more.", **values)
        case StockAct.COUNT if moved.units < 0:
            return _("%(name)s, %(unit)s: %(stock)s counted, %(units)s fewer.", **values)
        case _:
            return _("%(name)s, %(unit)s: %(stock)s counted, as it was.", **values)


def lacking_text(product: Product) -> str:
    """Return what to know about units that carts hold and that are not there; empty if none."""
    if not (missing := lacking(product)):
        return ""
    return ngettext(
        "Carts hold %(num)s more than there is: shoppers are told that their line is short.",
        "Carts hold %(num)s more than there are: shoppers are told that their line is short.",
        missing,
    )
