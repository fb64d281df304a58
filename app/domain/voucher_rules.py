"""The rules for putting a voucher on a cart: how often codes may be tried (protocol.md §3)."""

from app.domain.cart import Cart, Patch
from app.domain.catalog import Catalog, VoucherCode
from app.domain.outcomes import Accepted, Rejection
from app.domain.verdicts import Code
from app.domain.vouchers import find_code

MOST_TRIES = 10
TRIES_FOR_S = 3600


def set_voucher(
    cart: Cart, code: str | None, catalog: Catalog, now_s: float
) -> Accepted | Rejection:
    """Put the voucher that *code* names on the cart; `None` takes it off."""
    if code is None:
        return _with_voucher(cart, VoucherCode(""))
    tries = tuple(at_s for at_s in cart.tries if at_s > now_s - TRIES_FOR_S)
    if len(tries) >= MOST_TRIES:
        return Rejection(Code.TOO_MANY_TRIES)
    if (known := find_code(code, catalog.vouchers)) is None:
        return Rejection(Code.BAD_VOUCHER, tries=(*tries, int(now_s)))
    return _with_voucher(cart, known)


def _with_voucher(cart: Cart, voucher: VoucherCode) -> Accepted:
    unchanged = voucher == cart.voucher
    return Accepted(None if unchanged else Patch(cart.rev + 1, voucher=voucher))
