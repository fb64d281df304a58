"""What shoppers read of a voucher that was given no words of its own."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from app.domain.catalog import Voucher
from app.domain.currency import Currency
from app.domain.languages import ENGLISH, Language
from app.i18n.formats import money
from app.i18n.languages import other_languages
from app.i18n.translate import noop as N_
from app.i18n.translate import speaking, translator_of

_LABELS: Final[Mapping[tuple[bool, bool], str]] = {
    (True, False): N_("%(percent)s %% off"),
    (True, True): N_("%(percent)s %% off from %(minimum)s"),
    (False, False): N_("%(amount)s off"),
    (False, True): N_("%(amount)s off from %(minimum)s"),
}
"""What a voucher gives, by whether it is a percentage, and whether it has a minimum."""


def labelled(voucher: Voucher, currency: Currency) -> Voucher:
    """Return *voucher*; without an English label it gets one in each language that lacks one."""
    if voucher.label:
        return voucher
    made_up = {language: _label(voucher, currency, language) for language in other_languages()}
    label = _label(voucher, currency, ENGLISH)
    return replace(voucher, label=label, labels={**made_up, **voucher.labels})


def _label(voucher: Voucher, currency: Currency, language: Language) -> str:
    text = _LABELS[bool(voucher.percent), bool(voucher.minimum)]
    with speaking(language):
        amount, minimum = money(voucher.amount, currency), money(voucher.minimum, currency)
    return translator_of(language).gettext(
        text, percent=voucher.percent, amount=amount, minimum=minimum
    )
