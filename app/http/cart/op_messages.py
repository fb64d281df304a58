"""The notice that answers a form of the cart."""

from collections.abc import Mapping
from typing import Final, assert_never

from app.domain.catalog import Catalog, Sku
from app.domain.ops import (
    AcceptLine,
    AcceptSuggestion,
    AddLine,
    BadOp,
    DeclineSuggestion,
    DiscardLine,
    Kind,
    Op,
    SaveLine,
    SetLine,
    SetNote,
    SetVoucher,
    SuggestLine,
    Undo,
    UnsaveLine,
)
from app.domain.verdicts import Clamped, No, Ok, RetryCode, RetryLater
from app.domain.vouchers import ShownVoucher, VoucherState
from app.http.core.flash import Notice
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.protocol.localize import localized_voucher
from app.protocol.messages import Need
from app.protocol.op_texts import refusal_text
from app.services.submit import DuplicateNumber, OpResult

NOT_SAVED: Final = N_("We cannot save changes at the moment. Please try again shortly.")
TOO_FAST: Final = N_("Too many changes at once. Nothing was changed. Please try again shortly.")
SENT_TWICE: Final = N_("This was sent twice with different values. Only the first was used.")
NOT_SHARED: Final = N_("That cart is no longer shared with you. Nothing was changed.")
NO_CODE: Final = N_("Enter a voucher code first.")
OLD_PAGE: Final = N_("That page was out of date. Nothing was changed. Please try again.")

_NOT_READ: Final = {
    Kind.ADD_LINE: N_("Enter a whole number from 1 to 99. Nothing was changed."),
    Kind.SET_LINE: N_("Enter a whole number from 0 to 99. Nothing was changed."),
    Kind.SUGGEST_LINE: N_("Enter a whole number from 0 to 99. Nothing was changed."),
    Kind.SET_NOTE: N_("A note can have at most 500 characters. Shorten it and save it again."),
}
_NOT_UNDERSTOOD: Final = N_("We could not understand that. Nothing was changed.")
_VOUCHERS: Final[Mapping[VoucherState, str]] = {
    VoucherState.OK: N_("Voucher %(code)s: %(label)s."),
    VoucherState.BELOW_MINIMUM: N_(
        "Voucher %(code)s applies once your cart reaches the minimum spend."
    ),
    VoucherState.NOT_YET: N_("Voucher %(code)s is not valid yet."),
    VoucherState.EXPIRED: N_("Voucher %(code)s is no longer valid."),
    VoucherState.USED: N_("Voucher %(code)s has already been used on your account."),
    VoucherState.USED_UP: N_("Voucher %(code)s has been used up."),
}


def refused(why: str) -> Notice:
    """Return the notice that a form was refused; *why* is one of the sentences above."""
    return Notice("error", _(why))


def not_read(kind: Kind) -> Notice:
    """Return the notice for a form whose op cannot be parsed."""
    return refused(_NOT_READ.get(kind, _NOT_UNDERSTOOD))


def notice_of(op: Op, result: OpResult, catalog: Catalog, voucher: ShownVoucher | None) -> Notice:
    """Return the notice for the *result* of *op*; *voucher* is the cart's after it."""
    match result:
        case Ok(warn=Clamped(got=got)):
            return Notice("warn", _("Only %(got)s left, so your cart has %(got)s.", got=got))
        case Ok():
            return _done(op, catalog, voucher)
        case No():
            return Notice("error", refusal_text(result, current_language()))
        case RetryLater(code=code):
            return refused(TOO_FAST if code is RetryCode.RATE else NOT_SAVED)
        case DuplicateNumber() | Need():
            return refused(SENT_TWICE)
        case _:
            assert_never(result)


def _done(op: Op, catalog: Catalog, voucher: ShownVoucher | None) -> Notice:
    if isinstance(op, SetVoucher):
        return _of_voucher(voucher, catalog)
    return Notice("ok", _sentence(op, catalog))


def _of_voucher(voucher: ShownVoucher | None, catalog: Catalog) -> Notice:
    if voucher is None:
        return Notice("ok", _("The voucher is removed."))
    shown = localized_voucher(voucher, current_language(), catalog)
    kind = "ok" if shown.state is VoucherState.OK else "warn"
    return Notice(kind, _(_VOUCHERS[shown.state], code=shown.code, label=shown.label))


def _sentence(op: Op, catalog: Catalog) -> str:  # noqa: C901, PLR0911 - flat
    match op:
        case AddLine(sku) | AcceptSuggestion(sku):
            return _("Added %(name)s.", name=_name(sku, catalog))
        case SetLine(sku, 0) | DiscardLine(sku):
            return _("Removed %(name)s.", name=_name(sku, catalog))
        case SetLine(sku, qty):
            return _("%(name)s: %(qty)s in your cart.", name=_name(sku, catalog), qty=qty)
        case AcceptLine(sku):
            return _("%(name)s: the new price is accepted.", name=_name(sku, catalog))
        case SaveLine(sku):
            return _("Saved %(name)s for later.", name=_name(sku, catalog))
        case UnsaveLine(sku):
            return _("Moved %(name)s to your cart.", name=_name(sku, catalog))
        case SuggestLine(sku, 0) | DeclineSuggestion(sku):
            return _("%(name)s is no longer suggested.", name=_name(sku, catalog))
        case SuggestLine(sku):
            return _("Suggested %(name)s.", name=_name(sku, catalog))
        case SetNote(text):
            return _("Your note is saved.") if text else _("Your note is removed.")
        case Undo():
            return _("Your last change was undone.")
        case SetVoucher() | BadOp():
            raise ValueError(f"{op} has no sentence of its own")
        case _:
            assert_never(op)


def _name(sku: Sku, catalog: Catalog) -> str:
    text = catalog.products[sku].text(current_language())
    return _("%(name)s, %(unit)s", name=text.name, unit=text.unit)
