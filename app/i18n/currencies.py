"""The currencies of the world, as Unicode's CLDR knows them (Babel)."""

from collections.abc import Mapping
from functools import cache
from string import ascii_letters
from typing import Any

from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_precision, get_currency_symbol

from app.domain.currency import Currency
from app.i18n.languages import spoken


@cache
def currencies_in_use() -> frozenset[str]:
    """Return the codes of the currencies that are legal tender somewhere today."""
    by_country: Mapping[str, Any] = get_global("territory_currencies")
    return frozenset(
        code
        for used in by_country.values()
        for code, _since, until, is_tender in used
        if until is None and is_tender
    )


def currency_of(code: str, decimals: int | None = None) -> Currency:
    """Return the currency with *code*, with as many decimals as it has by itself, or *decimals*.

    Its signs are those that one of the languages writes, with and without their letters: NT$ and $.
    """
    own = get_currency_precision(code)
    return Currency(code, own if decimals is None else decimals, _signs(code))


def is_country(code: str) -> bool:
    """Say whether *code* is that of a country (ISO 3166-1 alpha-2)."""
    return code in get_global("territory_currencies") and code in Locale("en").territories


def _signs(code: str) -> tuple[str, ...]:
    written = [get_currency_symbol(code, one.locale) for one in spoken().values()]
    short = [sign.lstrip(ascii_letters) for sign in written]
    return tuple(dict.fromkeys(sign for sign in (*written, *short) if sign and sign != code))
