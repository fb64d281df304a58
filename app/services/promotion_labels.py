"""What shoppers read of a promotion that was given no words of its own."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from app.domain.catalog import Promotion, PromotionKind
from app.domain.currency import Currency
from app.domain.languages import ENGLISH, Language
from app.i18n.formats import money
from app.i18n.languages import other_languages
from app.i18n.translate import noop as N_
from app.i18n.translate import speaking, translator_of

_LABELS: Final[Mapping[PromotionKind, str]] = {
    PromotionKind.FEWER_PAID: N_("%(take)s for %(paid)s"),
    PromotionKind.HALF_PRICE: N_("%(take)s, one at half price"),
    PromotionKind.BUNDLE: N_("%(take)s for %(price)s"),
    PromotionKind.LOWER_PRICE: N_("now %(price)s"),
}


def labelled(promotion: Promotion, currency: Currency) -> Promotion:
    """Return *promotion*; without an English label it gets one in each language that lacks one."""
    if promotion.label:
        return promotion
    made_up = {language: _label(promotion, currency, language) for language in other_languages()}
    label = _label(promotion, currency, ENGLISH)
    return replace(promotion, label=label, labels={**made_up, **promotion.labels})


def _label(promotion: Promotion, currency: Currency, language: Language) -> str:
    with speaking(language):
        price = money(promotion.price, currency)
    values = {"take": promotion.take, "paid": promotion.paid, "price": price}
    return translator_of(language).gettext(_LABELS[promotion.kind], **values)
