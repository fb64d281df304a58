"""The sentences for refused ops and orders, by code, as messages of the catalogues."""

from collections.abc import Mapping
from functools import reduce
from typing import Final

from app.domain.languages import Language
from app.domain.placing import Rejected, RejectReason
from app.domain.verdicts import Code, No
from app.i18n.formats import money
from app.i18n.translate import noop as N_
from app.i18n.translate import speaking, translator_of

_PARAMETERS: Final = ("name", "most")
"""The placeholders of a refusal's sentence, in the order of its arguments."""

_OP_TEXTS: Final[Mapping[Code, str]] = {
    Code.BAD_OP: N_("We could not understand this change. Nothing was changed."),
    Code.UNKNOWN_SKU: N_("We have no product called “%(name)s”."),
    Code.GONE: N_("We no longer sell %(name)s."),
    Code.NOT_IN_CART: N_("%(name)s is no longer in this list."),
    Code.LINE_LIMIT: N_("%(name)s: this list is full with %(most)s products. Remove one first."),
    Code.QTY_LIMIT: N_("%(name)s: you can have at most %(most)s of one product."),
    Code.SOLD_OUT: N_("%(name)s: no more available."),
    Code.PRICE_MOVED: N_(
        "%(name)s: the price has changed again. Check the new price, then accept it."
    ),
    Code.MOVED: N_("Your cart has changed since then, so this could not be undone."),
    Code.NOTHING_TO_UNDO: N_("There is nothing to undo."),
    Code.BAD_VOUCHER: N_("We do not recognise this voucher code. Check it and try again."),
    Code.TOO_MANY_TRIES: N_("You have tried too many codes. Try again in an hour."),
    Code.EXPIRED: N_(
        "This change is too old for us to tell whether it was saved. Please check your cart."
    ),
    Code.NOT_ALLOWED: N_("You may not change this cart in this way. Nothing was changed."),
    Code.SUGGESTED: N_("%(name)s: somebody else has suggested this already."),
}
_ORDER_TEXTS: Final[Mapping[RejectReason, str]] = {
    RejectReason.STALE: N_("Your cart has changed. Please check it and try again."),
    RejectReason.EMPTY: N_("Your cart is empty. Add something first."),
    RejectReason.PRICE_RISE: N_(
        "%(names)s: the price has gone up. Accept the new price, or remove it."
    ),
    RejectReason.SHORT: N_(
        "%(names)s: there are not enough left. Reduce the quantity, or remove it."
    ),
    RejectReason.SOLD_OUT: N_("%(names)s: sold out. Save it for later, or remove it."),
    RejectReason.GONE: N_("%(names)s: no longer sold. Remove it."),
    RejectReason.NOT_ALLOWED: N_("You may not order this cart."),
    RejectReason.BELOW_MINIMUM: N_("Add something for %(missing)s: there is a minimum order."),
}
"""Those of rejections because of lines have `names`; a line's state is called alike.

What is `missing` to the minimum is in the currency of the request.
"""
_OF_THE_REQUEST: Final = frozenset(
    {RejectReason.STALE, RejectReason.BELOW_MINIMUM, RejectReason.NOT_ALLOWED}
)
"""Those that no cart shows."""
_TWO_NAMES: Final = N_("%(first)s, %(second)s")


def refusal_text(refusal: No, language: Language) -> str:
    """Return the sentence of a refused op; one that was recorded as a sentence stays as it was."""
    if refusal.text:
        return refusal.text
    values = dict(zip(_PARAMETERS, refusal.args_in(language), strict=False))
    return translator_of(language).gettext(_OP_TEXTS[refusal.code], **values)


def rejection_text(rejected: Rejected, language: Language) -> str:
    """Return the sentence of a rejected order, with the names of all products that block it."""
    translator = translator_of(language)
    names = [product.text(language).name for product in rejected.products]

    def both(first: str, second: str) -> str:
        return translator.gettext(_TWO_NAMES, first=first, second=second)

    joined = reduce(both, names) if names else ""
    with speaking(language):
        missing = money(rejected.missing)
    return translator.gettext(_ORDER_TEXTS[rejected.why], names=joined, missing=missing)


def blocked_texts(names: str, language: Language) -> dict[str, str]:
    """Return the sentences of what a cart, as shown, cannot be ordered for, with *names* in them.

    They are by the state of a line, or `empty`.
    """
    translator = translator_of(language)
    return {
        str(why): translator.gettext(text, names=names)
        for why, text in _ORDER_TEXTS.items()
        if why not in _OF_THE_REQUEST
    }
