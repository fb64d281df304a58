"""Which vouchers apply, and their discount."""

import re
from collections.abc import Collection
from enum import StrEnum
from typing import Final

from msgspec import Struct

from app.domain.cart import Cart
from app.domain.catalog import Catalog, Money, Voucher, VoucherCode
from app.domain.plain_text import clean_line

_CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{0,39}")
_WITHOUT_SIGNS_AROUND: Final = re.compile(r"[^\W_](?:.*[^\W_])?", re.DOTALL)
_LOOK_ALIKES: Final = str.maketrans("OIL", "011")
_HYPHENS: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))


class VoucherState(StrEnum):
    """Whether a voucher applies, and if not, why."""

    OK = "ok"
    BELOW_MINIMUM = "below_minimum"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    USED = "used"
    USED_UP = "used_up"


class ShownVoucher(Struct, frozen=True, gc=False):
    """The voucher on a cart, as a tab shows it."""

    code: VoucherCode
    label: str
    state: VoucherState


def normalise_code(code: str) -> VoucherCode:
    """Return *code* in upper case, with plain hyphens, no outer spaces and nothing unseen."""
    return VoucherCode(clean_line(code.strip()).translate(_HYPHENS).upper())


def is_code(code: VoucherCode) -> bool:
    """Return whether a voucher may have *code*, as `normalise_code` returns it."""
    return bool(_CODE.fullmatch(code))


def find_code(typed: str, codes: Collection[VoucherCode]) -> VoucherCode | None:
    """Return the one of *codes* that was *typed*, or the only one that looks like it.

    What is copied out of a sentence has signs around it, and in print O and 0 look alike.
    """
    if (code := normalise_code(typed)) in codes:
        return code
    looks = _looks(code)
    alike = [each for each in codes if _looks(each) == looks]
    return alike[0] if len(alike) == 1 else None


def _looks(code: str) -> str:
    found = _WITHOUT_SIGNS_AROUND.search(code)
    return found[0].translate(_LOOK_ALIKES) if found else ""


def show_voucher(
    cart: Cart, catalog: Catalog, subtotal: Money, now_s: float
) -> ShownVoucher | None:
    """Return the voucher on *cart* with its state; a withdrawn or paused one is expired."""
    if not cart.voucher:
        return None
    voucher = catalog.vouchers.get(cart.voucher)
    if voucher is None:
        return ShownVoucher(cart.voucher, cart.voucher, VoucherState.EXPIRED)
    used = cart.used.get(voucher.code, 0)
    return ShownVoucher(voucher.code, voucher.label, voucher_state(voucher, used, subtotal, now_s))


def discount(shown: ShownVoucher | None, catalog: Catalog, subtotal: Money) -> Money:
    """Return the discount on *subtotal*: at most all of it, rounded down to the minor unit."""
    if shown is None or shown.state is not VoucherState.OK:
        return Money(0)
    voucher = catalog.vouchers[shown.code]
    return Money(min(subtotal, voucher.amount + subtotal * voucher.percent // 100))


def voucher_state(voucher: Voucher, used: int, subtotal: Money, now_s: float) -> VoucherState:
    """Return whether *voucher*, *used* so often by an account, applies to *subtotal*."""
    if voucher.paused:
        return VoucherState.EXPIRED
    if voucher.starts is not None and now_s < voucher.starts:
        return VoucherState.NOT_YET
    if voucher.ends is not None and now_s >= voucher.ends:
        return VoucherState.EXPIRED
    if voucher.uses_left is not None and voucher.uses_left < 1:
        return VoucherState.USED_UP
    if voucher.uses_each is not None and used >= voucher.uses_each:
        return VoucherState.USED
    return VoucherState.BELOW_MINIMUM if subtotal < voucher.minimum else VoucherState.OK
