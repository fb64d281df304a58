"""Sizes in text: “2 l”, “2 litres” and “2000ml” are one size, “4 x 400 g” is another."""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from app.domain.han_amounts import in_figures
from app.domain.words import CACHED_TEXTS, fold

_UNITS: Final = {
    "g": ("g", 1.0),
    "gm": ("g", 1.0),
    "gr": ("g", 1.0),
    "gram": ("g", 1.0),
    "gramme": ("g", 1.0),
    "kg": ("g", 1000.0),
    "kilo": ("g", 1000.0),
    "kilogram": ("g", 1000.0),
    "kilogramme": ("g", 1000.0),
    "ml": ("ml", 1.0),
    "millilitre": ("ml", 1.0),
    "milliliter": ("ml", 1.0),
    "cc": ("ml", 1.0),
    "cl": ("ml", 10.0),
    "l": ("ml", 1000.0),
    "lt": ("ml", 1000.0),
    "ltr": ("ml", 1000.0),
    "litre": ("ml", 1000.0),
    "liter": ("ml", 1000.0),
    "pint": ("ml", 568.0),
    "pt": ("ml", 568.0),
    "lb": ("g", 453.6),
    "pound": ("g", 453.6),
    "oz": ("g", 28.35),
    "ounce": ("g", 28.35),
    "catty": ("g", 600.0),
}
_UNIT_NAME: Final = "(" + "|".join(sorted(_UNITS, key=len, reverse=True)) + ")s?"
_UNIT: Final = _UNIT_NAME + r"\b"
_SIZE: Final = re.compile(
    rf"(?:\b(\d{{1,3}})\s*x\s*|\b)(\d[\d,]{{0,8}}(?:\.\d{{1,3}})?)[\s-]*{_UNIT}"
)
_HALF: Final = re.compile(rf"\bhalf[\s-]+(?:an?\s+)?(?={_UNIT})")
_ONE: Final = re.compile(rf"\b(?:an?|one)\s+(?={_UNIT})")
_PACK_BEHIND: Final = re.compile(rf"\b(\d[\d,.]{{0,8}}\s*{_UNIT_NAME})\s*x\s*(\d{{1,3}})\b")
_WITH_HALF: Final = re.compile(r"\b(\d{1,3})\s+(?:and\s+a\s+half\b|1/2(?!\d))")
_FRACTIONS: Final = {"1/2": "half", "0.5": "half", "1/4": "quarter", "0.25": "quarter"}
_PART: Final = re.compile(rf"(?<![\d.])({'|'.join(_FRACTIONS)})(?![\d.]|[\s-]*(?:an?\s+)?{_UNIT})")
_HALF_OF_UNIT: Final = re.compile(rf"(?<![\d.])1/2\s*(?:an?\s+)?(?={_UNIT})")
_HALF_DOZEN: Final = re.compile(r"(?:\bhalf|\b1/2|\b0?\.5)[\s-]+(?:a[\s-]+)?dozen\b")
_DOZEN: Final = re.compile(r"\bdozen\b")
_PAIR: Final = re.compile(r"\b(?:pair|couple)\b")
_NUMBERS: Final = {
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
    "eleven": "11",
    "twelve": "12",
    "fifteen": "15",
    "twenty": "20",
}
_NAMED: Final = re.compile(rf"\b(?:{'|'.join(_NUMBERS)})\b")
_REWRITTEN: Final = (
    (_HALF_DOZEN, "6"),
    (_DOZEN, "12"),
    (_PAIR, "2"),
    (_WITH_HALF, r"\1.5"),
    (_HALF, "0.5 "),
    (_HALF_OF_UNIT, "0.5 "),
    (_ONE, "1 "),
    (_PACK_BEHIND, r"\3x\1"),
)
"""What is rewritten before sizes are looked for, in this order."""
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:,\d{3})+")
_NUMBER: Final = re.compile(r"\d+")


class Sized(NamedTuple):
    """The sizes in a text, the plain numbers, and the text without the sizes."""

    sizes: frozenset[str]
    numbers: frozenset[str]
    rest: str


@lru_cache(CACHED_TEXTS)
def read_sizes(text: str) -> Sized:
    """Return the sizes in *text*, like "2000ml" or "4x400g", and what is left of it, folded."""
    plain = _NAMED.sub(lambda match: _NUMBERS[match[0]], in_figures(fold(text)))
    for pattern, number in _REWRITTEN:
        plain = pattern.sub(number, plain)
    plain = _PART.sub(lambda match: _FRACTIONS[match[1]], plain)
    found = list(_SIZE.finditer(plain))
    rest = _SIZE.sub(" ", plain)
    packs = {match[1] for match in found if match[1]}
    numbers = frozenset(_NUMBER.findall(rest)) | packs
    return Sized(frozenset(map(_size, found)), numbers, _NUMBER.sub(" ", rest))


def _size(match: re.Match[str]) -> str:
    kind, factor = _UNITS[match[3]]
    amount = f"{round(_amount(match[2]) * factor)}{kind}"
    return f"{match[1]}x{amount}" if match[1] else amount


def _amount(text: str) -> float:
    if _THOUSANDS.fullmatch(text):
        return float(text.replace(",", ""))
    return float(text.rstrip(",").replace(",", ".", 1).replace(",", ""))
