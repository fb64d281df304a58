"""The notice that answers a form of the cart."""

from typing import assert_never

from app.domain.catalog import Catalog, Sku
from app.domain.ops import (
    AcceptLine,
    AddLine,
    BadOp,
    Kind,
    Op,
    SaveLine,
    SetLine,
    SetNote,
    SetVoucher,
    Undo,
    UnsaveLine,
)
from app.domain.verdicts import Clamped, No, Ok, RetryCode, RetryLater
from app.domain.vouchers import ShownVoucher, VoucherState
from app.http.core.flash import Notice
from app.protocol.messages import Need
from app.protocol.op_texts import refusal_text
from app.services.submit import DuplicateNumber, OpResult

NOT_SAVED = Notice("error", "The shop cannot save changes just now. Try again in a moment.")
TOO_FAST = Notice("error", "That was very fast. Nothing was changed: try again in a moment.")
SENT_TWICE = Notice("error", "This was sent twice with different values; the first one counts.")
OLD_PAGE = Notice("error", "That page was out of date. Nothing was changed: try again here.")

_NOT_READ = {
    Kind.ADD_LINE: "Choose a whole number from 1 to 99. Nothing was changed.",
    Kind.SET_LINE: "Choose a whole number from 0 to 99. Nothing was changed.",
    Kind.SET_NOTE: "A note has at most 500 characters. Shorten it and save it again.",
}
_NOT_COUNTING = {
    VoucherState.BELOW_MINIMUM: "counts as soon as your cart is large enough",
    VoucherState.NOT_YET: "does not count yet",
    VoucherState.EXPIRED: "no longer counts",
    VoucherState.USED: "has been used by you already",
    VoucherState.USED_UP: "has been used up",
}


def not_read(kind: Kind) -> Notice:
    """Return the notice for a form whose op cannot be parsed."""
    return Notice("error", _NOT_READ.get(kind, "That was not understood. Nothing was changed."))


def notice_of(op: Op, result: OpResult, catalog: Catalog, voucher: ShownVoucher | None) -> Notice:
    """Return the notice for the *result* of *op*; *voucher* is the cart's after it."""
    match result:
        case Ok(warn=Clamped(got=got)):
            return Notice("warn", f"Only {got} left, we put {got} in your cart.")
        case Ok():
            return _done(op, catalog, voucher)
        case No():
            return Notice("error", refusal_text(result))
        case RetryLater(code=code):
            return TOO_FAST if code is RetryCode.RATE else NOT_SAVED
        case DuplicateNumber() | Need():
            return SENT_TWICE
        case _:
            assert_never(result)


def _done(op: Op, catalog: Catalog, voucher: ShownVoucher | None) -> Notice:
    if isinstance(op, SetVoucher):
        return _of_voucher(voucher)
    return Notice("ok", _sentence(op, catalog))


def _of_voucher(voucher: ShownVoucher | None) -> Notice:
    if voucher is None:
        return Notice("ok", "The voucher is taken off.")
    if voucher.state is VoucherState.OK:
        return Notice("ok", f"Voucher {voucher.code}: {voucher.label}.")
    return Notice("warn", f"Voucher {voucher.code} {_NOT_COUNTING[voucher.state]}.")


def _sentence(op: Op, catalog: Catalog) -> str:  # noqa: PLR0911
    match op:
        case AddLine(sku):
            return f"Added {_name(sku, catalog)}."
        case SetLine(sku, 0):
            return f"Removed {_name(sku, catalog)}."
        case SetLine(sku, qty):
            return f"{_name(sku, catalog)}: {qty} in your cart."
        case AcceptLine(sku):
            return f"{_name(sku, catalog)}: the new price is accepted."
        case SaveLine(sku):
            return f"Saved {_name(sku, catalog)} for later."
        case UnsaveLine(sku):
            return f"Moved {_name(sku, catalog)} back into your cart."
        case SetNote(text):
            return "Your note is saved." if text else "Your note is taken off."
        case Undo():
            return "Your last change is undone."
        case SetVoucher() | BadOp():
            raise ValueError(f"{op} has no sentence of its own")
        case _:
            assert_never(op)


def _name(sku: Sku, catalog: Catalog) -> str:
    product = catalog.products[sku]
    return f"{product.name}, {product.unit}"
