"""Text as words: without case, accents, quotes and plurals, for comparing what people type."""

import re
from functools import lru_cache
from typing import Final
from unicodedata import category, name, normalize

from app.domain.han import HAN, in_one_form, is_han

CACHED_TEXTS: Final = 8192

_IGNORED: Final = frozenset({"Mn", "Me", "Cf"})
"""Unicode's categories of accents and of characters that are not seen."""
_OTHER: Final = re.compile(rf"[^\x00-\x7f{HAN}]")
"""A character that may be one of those."""
_SYMBOL: Final = "So"
"""Unicode's category of emoji."""
_WORD: Final = re.compile(rf"\d+|[^\W\d_{HAN}]+|[{HAN}]+")
_APOSTROPHES: Final = "'`\u2018\u2019\u201b\u2032\u00b4\u02bc\u02b9\u02bb\u02c8\uff07\uff40"
_QUOTES: Final = (
    _APOSTROPHES + '"\u201a\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u2039\u203a\uff02'
)
_ASCII_QUOTES: Final = ("'", "`", '"')
_POSSESSIVE: Final = re.compile(rf"(?<=\w)[{_APOSTROPHES}]s\b")
_FRACTIONS: Final = {"½": ".5", "¼": ".25", "¾": ".75"}
_FRACTION: Final = re.compile("[½¼¾]")
_PLAIN: Final = str.maketrans(
    dict.fromkeys(_QUOTES, "")
    | {"\u00d7": "x", "\u2044": "/", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe"}
)
"""Quotes, and letters that Unicode's decomposition takes no accent from."""
_SHORTEST_PLURAL: Final = 3
_IRREGULAR: Final = {
    "loaves": "loaf",
    "leaves": "leaf",
    "halves": "half",
    "knives": "knife",
    "calves": "calf",
    "wolves": "wolf",
    "children": "child",
    "geese": "goose",
    "teeth": "tooth",
    "feet": "foot",
    "mice": "mouse",
    "fungi": "fungus",
    "radii": "radius",
    "sweets": "sweets",
    "greens": "greens",
    "oats": "oats",
}
"""Plurals that add no -s, and words that mean something else without it."""
_SPELLINGS: Final = {
    "chili": "chilli",
    "chile": "chilli",
    "yogurt": "yoghurt",
    "yoghourt": "yoghurt",
    "donut": "doughnut",
    "pita": "pitta",
    "nan": "naan",
    "grey": "gray",
    "humus": "hummus",
    "houmous": "hummus",
    "catsup": "ketchup",
    "whiskey": "whisky",
    "omelet": "omelette",
    "fibre": "fiber",
    "flavour": "flavor",
    "barbeque": "barbecue",
    "bbq": "barbecue",
}
"""Words in the singular that are right in two spellings, most of them British and American."""
_NO_PLURAL: Final = ("ss", "us")
"""Endings of words whose last letter is no plural: cress, hummus."""
_SIBILANTS: Final = ("ches", "shes", "sses", "xes", "zes")


@lru_cache(CACHED_TEXTS)
def fold(text: str) -> str:
    """Return *text* without case, accents, quotes and invisible characters.

    Full-width letters become plain ones, a fraction like ½ a decimal, a multiplication sign an x.
    """
    if text.isascii() and not any(quote in text for quote in _ASCII_QUOTES):
        return text.casefold()  # as most text is
    plain = _POSSESSIVE.sub("", _FRACTION.sub(_decimal, text).casefold()).translate(_PLAIN)
    return _OTHER.sub(_seen, normalize("NFKD", plain))


def words_of(text: str) -> list[str]:
    """Return the words and numbers of *text*, folded; one of Chinese characters is a whole run."""
    return _WORD.findall(fold(text))


def stems_of(text: str) -> list[str]:
    """Return the words of *text*, each in the singular."""
    return [singular(word) for word in words_of(text)]


def symbol_names(text: str) -> str:
    """Return what the symbols in *text* are called in Unicode: a carrot is “CARROT”."""
    return " ".join(name(char, "") for char in text if category(char) == _SYMBOL)


@lru_cache(CACHED_TEXTS)
def singular(word: str) -> str:
    """Return what a word and its plural have in common; no word for people to read.

    Endings that are spelled in several ways become one: chilli, chillis and chillies; mango,
    mangos and mangoes. Chinese has no plural, but several forms of one character.
    """
    if is_han(word):
        return in_one_form(word)
    stem = _IRREGULAR.get(word) or _without_plural(word)
    stem = _SPELLINGS.get(stem, stem)
    if len(stem) > _SHORTEST_PLURAL:
        for ending, plain in (("ie", "y"), ("i", "y"), ("oe", "o"), ("che", "ch")):
            if stem.endswith(ending):
                return stem.removesuffix(ending) + plain
    return stem


def _without_plural(word: str) -> str:
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or word.endswith(_NO_PLURAL):
        return word
    return word[:-2] if word.endswith(_SIBILANTS) else word[:-1]


def _seen(match: re.Match[str]) -> str:
    return "" if category(match[0]) in _IGNORED else match[0]


def _decimal(match: re.Match[str]) -> str:
    is_alone = not match.string[: match.start()][-1:].isdigit()
    return (" 0" if is_alone else "") + _FRACTIONS[match[0]]
