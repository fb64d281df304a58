"""Chinese text, which sets no spaces between its words: runs of characters, and their pairs.

A run is compared by its pairs of neighbouring characters (bigrams), as search engines do where
they have no dictionary of words.
"""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final

from app.domain.han_variants import ONE_FORM

HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f"
"""Chinese characters, as a part of a set in a regular expression."""
_HAN: Final = re.compile(f"[{HAN}]")
_RUN: Final = re.compile(f"[{HAN}]+")
_CACHED: Final = 1024


def is_han(word: str) -> bool:
    """Say whether *word* begins with a Chinese character."""
    return _HAN.match(word) is not None


def in_one_form(text: str) -> str:
    """Return *text* with one form for each character and its variants, by the same places.

    It is for comparing: no text for people to read.
    """
    return text.translate(ONE_FORM)


def pairs_of(run: str) -> tuple[str, ...]:
    """Return the pairs of neighbours in *run*; a single character is its own."""
    return tuple(map("".join, pairwise(run))) or (run,)


@lru_cache(_CACHED)
def runs_in(text: str) -> str:
    """Return the runs of Chinese characters in *text* in one form, a space around each, or ""."""
    if text.isascii():
        return ""
    return "".join(f" {run} " for run in _RUN.findall(in_one_form(text)))


def cut(run: str, phrases: frozenset[str], longest: int) -> list[str]:
    """Return the parts of *run*: known *phrases*, of which none is longer, and what is between.

    The longest phrase at a place wins, and the first of those that overlap.
    """
    plain, parts, start, at = in_one_form(run), list[str](), 0, 0
    while at < len(run):
        lengths = range(min(longest, len(run) - at), 0, -1)
        length = next((one for one in lengths if plain[at : at + one] in phrases), 0)
        if length:
            parts += [run[start:at], run[at : at + length]]
            start = at + length
        at += length or 1
    return [part for part in (*parts, run[start:]) if part]
