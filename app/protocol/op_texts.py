"""The sentences for refused ops and orders, by code: one message catalogue.

`{0}`, `{1}` … stand for the arguments of a refusal, in their order.
"""

from collections.abc import Mapping
from typing import Final

from app.domain.placing import Rejected, RejectReason
from app.domain.verdicts import Code, No

_OP_TEXTS: Final[Mapping[Code, str]] = {
    Code.BAD_OP: "This change could not be understood; nothing was changed.",
    Code.UNKNOWN_SKU: "The shop does not know a product “{0}”.",
    Code.GONE: "{0}: no longer sold.",
    Code.NOT_IN_CART: "{0}: not there any more.",
    Code.LINE_LIMIT: "{0}: there are {1} products there already. Take one out first.",
    Code.QTY_LIMIT: "{0}: at most {1} of one product.",
    Code.SOLD_OUT: "{0}: there are no more.",
    Code.PRICE_MOVED: "{0}: the price has changed again. Look at it and accept it anew.",
    Code.MOVED: "The cart has changed since, so this was not undone.",
    Code.NOTHING_TO_UNDO: "There is nothing left to undo.",
    Code.BAD_VOUCHER: "No voucher has this code. Check it for a slip.",
    Code.TOO_MANY_TRIES: "Too many codes were tried. Try again in an hour.",
    Code.EXPIRED: (
        "This change was made too long ago to say what became of it. Look at your cart."
    ),
}
_ORDER_TEXTS: Final[Mapping[RejectReason, str]] = {
    RejectReason.STALE: "Your cart has changed. Look at it again.",
    RejectReason.EMPTY: "Your cart is empty. Add something first.",
    RejectReason.PRICE_RISE: "{0}: the price has risen. Accept it, or take it out.",
    RejectReason.SHORT: "{0}: there are fewer left. Take fewer, or take it out.",
    RejectReason.SOLD_OUT: "{0}: sold out. Save it for later, or take it out.",
    RejectReason.GONE: "{0}: no longer sold. Take it out.",
}


def refusal_text(refusal: No) -> str:
    """Return the sentence of a refused op; one that was recorded as a sentence stays as it was."""
    return refusal.text or _OP_TEXTS[refusal.code].format(*refusal.args)


def rejection_text(rejected: Rejected) -> str:
    """Return the sentence of a rejected order, with the names of all products that block it."""
    return _ORDER_TEXTS[rejected.why].format(", ".join(rejected.products))
