"""Money, dates and numbers as the reader's language writes them (Babel)."""

from contextvars import ContextVar
from datetime import date as Date
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import cache, lru_cache

from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.numbers import NumberPattern, format_decimal, format_percent, parse_pattern

from app.domain.catalog import Money, TaxRate
from app.domain.currency import NO_CURRENCY, Currency
from app.domain.languages import Language
from app.i18n.translate import current_language, current_translator, translator_of

AMOUNTS_KEPT = 10_000
"""How many amounts are remembered as text: the same few prices stand on every page."""

_present: ContextVar[Currency] = ContextVar("currency", default=NO_CURRENCY)


def set_currency(currency: Currency) -> None:
    """Make *currency* that of the amounts in the answer to the request that is being handled."""
    _present.set(currency)


def current_currency() -> Currency:
    """Return the shop's currency while a request is handled, and no currency outside of one."""
    return _present.get()


def money(amount: Money, currency: Currency | None = None) -> str:
    """Return *amount*, in minor units of *currency* or the current one, for people: £1.20."""
    return _money(amount, currency or current_currency(), current_language())


@lru_cache(AMOUNTS_KEPT)
def _money(amount: Money, currency: Currency, language: Language) -> str:
    exact = Decimal(amount).scaleb(-currency.decimals)
    pattern, locale = _pattern(currency.decimals, language), translator_of(language).locale
    return str(pattern.apply(exact, locale, currency=currency.code, currency_digits=False))


@cache
def _pattern(decimals: int, language: Language) -> NumberPattern:
    """Return how *language* writes amounts, with *decimals* in place of a currency's usual ones."""
    pattern = parse_pattern(translator_of(language).locale.currency_formats["standard"].pattern)
    pattern.frac_prec = (decimals, decimals)
    return pattern


def moment(at_s: int, zone: tzinfo) -> str:
    """Return the date and time, to the minute, of *at_s* in *zone*: 30 November 2026, 06:13.

    In the hour that comes twice when the clock goes back, the name of the time tells which it is.
    """
    at = datetime.fromtimestamp(at_s, zone)
    translator = current_translator()
    is_twice = at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset()
    # Translators: how a date with its time is written (Unicode TR 35).
    pattern = translator.lookup("d MMMM y, HH:mm") + (" zzz" if is_twice else "")
    return str(format_datetime(at, pattern, locale=translator.locale))


def date(at_s: int, zone: tzinfo) -> str:
    """Return the date of *at_s* in *zone*: 30 November 2026."""
    return day(datetime.fromtimestamp(at_s, zone))


def day(on: Date) -> str:
    """Return a date as `date` does."""
    return str(format_date(on, "long", locale=current_translator().locale))


def number(value: float) -> str:
    """Return *value* with separators: 12,345.5."""
    return str(format_decimal(value, locale=current_translator().locale))


def percent(rate: TaxRate) -> str:
    """Return *rate* as a percentage: 20%, 5.5%."""
    exact = Decimal(rate) / 10_000
    # Without a pattern that allows them, fractions of a percent are rounded away.
    return str(format_percent(exact, "#,##0.##%", locale=current_translator().locale))


def listed(items: list[str]) -> str:
    """Return *items* as a list in a sentence: apples, bread and milk."""
    return str(format_list(items, locale=current_translator().locale))
