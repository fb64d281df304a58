"""What shoppers write beside an amount, by currency: “£2”, “2 quid” and “2鎊” become “¤2”."""

import re
from collections.abc import Collection
from functools import lru_cache, partial
from typing import Final, NamedTuple

from app.domain.currency import Currency
from app.domain.han import HAN
from app.domain.han_amounts import MARK, SPELT, figure
from app.domain.words import fold

_NUMBER: Final = r"(?:\d{1,3}(?:,\d{3})+|\d{1,7})(?!\d)(?:\.\d{1,3}(?!\d))?"
_START: Final = rf"(?<![a-z\d{MARK}])(?<!\d[.,])"
"""Where an amount may begin, so that it is no part of another one."""
_END: Final = r"(?![a-z\d])"
_NEVER: Final = "(?!)"
_LIMITS: Final = (
    (r"(?:低於|低于|少於|少于|小於|小于|便宜於|不到)\s*{}", "under"),
    (r"(?:不超過|不超过|不高於|最多|至多|頂多)\s*{}", "up to"),
    (r"{}\s*(?:以下|[以之](?:內|内))", "up to"),
)
_ANY: Final = "元|塊錢|块钱"
"""Any currency is called so in Chinese; behind a limit, 塊 is no piece of something either."""


class PriceWords(NamedTuple):
    """Words beside an amount, as patterns; `hundredths` are of a coin of which 100 make one."""

    before: str = _NEVER
    after: str = _NEVER
    chinese: str = _NEVER
    hundredths: str = _NEVER


_NO_WORDS: Final = PriceWords()
_WORDS: Final = {
    "GBP": PriceWords(
        after="pounds?|quid", chinese="英?[鎊镑]", hundredths=rf"p(?:ence)?{_END}|便士"
    ),
    "TWD": PriceWords(
        before="ntd?|新?[台臺][幣币]",
        after="ntd?|dollars?",
        chinese=rf"新?[台臺][幣币]|[圓圆]|(?<=\d\d)\s*[塊块](?:(?=的)|(?![{HAN}]))",
    ),
    "JPY": PriceWords(after="yen", chinese="日[圓圆元幣币]|[圓圆円]"),
    "EUR": PriceWords(after="euros?", chinese="[歐欧]元", hundredths=rf"cents?{_END}"),
    "USD": PriceWords(after="dollars?|bucks?", chinese="美[元金]", hundredths=rf"cents?{_END}"),
}
"""By code (ISO 4217). “兩塊” of something are two pieces; “50塊” are 50 Taiwan dollars."""


class _Grammar(NamedTuple):
    """How prices in a currency are written, in the order in which they are looked for."""

    before: re.Pattern[str]
    after: re.Pattern[str]
    hundredths: re.Pattern[str]
    limits: tuple[tuple[re.Pattern[str], str], ...]


def mark_prices(folded: str, currency: Currency) -> str:
    """Return *folded* text with each price in *currency* as “¤2.20”, and Chinese limits in English.

    “2 pounds of carrots” is a weight. A sign that other currencies have too, such as $, is that of
    *currency* where no letter stands before it.
    """
    grammar = _grammar(currency)
    text = grammar.after.sub(_mark, grammar.before.sub(_mark, folded))
    text = grammar.hundredths.sub(_mark_hundredths, text)
    for pattern, limit in grammar.limits:
        text = pattern.sub(partial(_mark_limit, limit), text)
    return text


def _mark(match: re.Match[str]) -> str:
    return f"{MARK}{match['sum'].replace(',', '')} "


def _mark_limit(limit: str, match: re.Match[str]) -> str:
    return f" {limit} {MARK}{match['marked'] or figure(match['sum']).replace(',', '')} "


def _mark_hundredths(match: re.Match[str]) -> str:
    return f"{MARK}{int(match['sum']) / 100:.2f} "


@lru_cache
def _grammar(currency: Currency) -> _Grammar:
    words = _WORDS.get(currency.code, _NO_WORDS)
    code, signs = fold(currency.code), _any_of([*map(fold, currency.signs)])
    before = rf"(?<![a-z])(?:{words.before}|{code})|{signs}"
    after = rf"(?:{words.after}|{code}){_END}(?!\s+of\b)|(?:{signs})(?![a-z])"
    chinese = f"{words.chinese}|{_ANY}"
    limited = rf"(?:{MARK}(?P<marked>[\d.]+)|(?P<sum>{_NUMBER}|{SPELT})\s*(?:{chinese}|[塊块]))"
    return _Grammar(
        re.compile(rf"(?:{before})\s*(?P<sum>{_NUMBER})"),
        re.compile(rf"{_START}{MARK}?(?P<sum>{_NUMBER})\s*(?:{after}|{chinese})"),
        re.compile(rf"{_START}(?P<sum>\d{{1,4}})\s*(?:{words.hundredths})"),
        tuple((re.compile(form.format(limited)), limit) for form, limit in _LIMITS),
    )


def _any_of(signs: Collection[str]) -> str:
    """Return a pattern of *signs*; if NT$ is one of them, $ is not found in US$."""
    shared = {sign for sign in signs if any(one.endswith(sign) for one in signs if one != sign)}
    guarded = (
        rf"(?<![a-z]){re.escape(sign)}" if sign in shared or sign[0].isalpha() else re.escape(sign)
        for sign in signs
    )
    return "|".join(guarded) or _NEVER
