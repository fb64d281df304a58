"""Prices in what shoppers type: “under £2”, “50p”, “£2.20 per kg”."""

import re
from typing import Final, NamedTuple

from app.domain.catalog import Money
from app.domain.currency import Currency
from app.domain.han_amounts import MARK, in_figures
from app.domain.money import DEAREST
from app.domain.price_words import mark_prices
from app.domain.words import fold

_BOUND: Final = r"(?:under|below|less than|cheaper than)"
_LIMIT: Final = r"(?:up to|at most|no more than|not over|max(?:imum)?)"
_PER: Final = r"(?:\s*(?:/|\bper\b|\ban?\b)\s*(?:kg|kilo|100\s*g|g|litre|liter|l)\b)?"
_PRICE: Final = re.compile(
    rf"(?:\b(?:(?P<bound>{_BOUND})|(?P<limit>{_LIMIT})|for|at|only|just)\s+)?"
    rf"{MARK}(?P<amount>\d+(?:\.\d+)?)(?P<per>{_PER})(?:\s*each\b)?"
)


class Priced(NamedTuple):
    """The prices in a text, the highest that is wanted, and the text without them."""

    prices: frozenset[int]
    most: int
    rest: str


def read_prices(text: str, currency: Currency) -> Priced:
    """Return the prices in *text*, in minor units of *currency*, and what is left of it, folded.

    A price per kilogram or litre is left out: it is no price of
    a product.
    """
    plain = in_figures(mark_prices(fold(text), currency))
    found = [(match, _minor(match, currency)) for match in _PRICE.finditer(plain)]
    limits = [price - bool(match["bound"]) for match, price in found if _is_limit(match)]
    prices = {price for match, price in found if not (_is_limit(match) or match["per"])}
    return Priced(frozenset(prices), min([*limits, int(DEAREST)]), _PRICE.sub(" ", plain))


def _is_limit(match: re.Match[str]) -> bool:
    return bool(match["bound"] or match["limit"])


def _minor(match: re.Match[str], currency: Currency) -> Money:
    return Money(round(float(match["amount"]) * currency.minor_units))
