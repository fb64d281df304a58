"""What shoppers read of a voucher or a promotion that was given no words of its own."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeVar

from app.domain.catalog import Promotion, PromotionKind, Voucher
from app.domain.currency import Currency
from app.domain.languages import ENGLISH, Language
from app.i18n.formats import money
from app.i18n.languages import other_languages
from app.i18n.translate import noop as N_
from app.i18n.translate import speaking, translator_of

_OF_VOUCHERS: Final[Mapping[tuple[bool, bool], str]] = {
    (True, False): N_("%(percent)s %% off"),
    (True, True): N_("%(percent)s %% off from %(minimum)s"),
    (False, False): N_("%(amount)s off"),
    (False, True): N_("%(amount)s off from %(minimum)s"),
}
"""What a voucher gives, by whether it is a percentage, and whether it has a minimum."""
_OF_PROMOTIONS: Final[Mapping[PromotionKind, str]] = {
    PromotionKind.FEWER_PAID: N_("%(take)s for %(paid)s"),
    PromotionKind.HALF_PRICE: N_("%(take)s, one at half price"),
    PromotionKind.BUNDLE: N_("%(take)s for %(price)s"),
    PromotionKind.LOWER_PRICE: N_("now %(price)s"),
}

T = TypeVar("T", Voucher, Promotion)


def label_voucher(voucher: Voucher, currency: Currency) -> Voucher:
    """Return *voucher*; without an English label it gets one in each language that lacks one."""

    def say(language: Language) -> str:
        text = _OF_VOUCHERS[bool(voucher.percent), bool(voucher.minimum)]
        with speaking(language):
            amount, minimum = money(voucher.amount, currency), money(voucher.minimum, currency)
        return translator_of(language).gettext(
            text, percent=voucher.percent, amount=amount, minimum=minimum
        )

    return _labelled(voucher, say)


def label_promotion(promotion: Promotion, currency: Currency) -> Promotion:
    """Return *promotion*; without an English label it gets one in each language that lacks one."""

    def say(language: Language) -> str:
        with speaking(language):
            price = money(promotion.price, currency)
        values = {"take": promotion.take, "paid": promotion.paid, "price": price}
        return translator_of(language).gettext(_OF_PROMOTIONS[promotion.kind], **values)

    return _labelled(promotion, say)


def _labelled(one: T, say: Callable[[Language], str]) -> T:
    if one.label:
        return one
    made_up = {language: say(language) for language in other_languages()}
    return replace(one, label=say(ENGLISH), labels={**made_up, **one.labels})
