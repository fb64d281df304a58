"""What people type in names and addresses, in one spelling and without what cannot be seen."""

import re
from typing import Final
from unicodedata import bidirectional, category, combining, east_asian_width, normalize

MOST_MARKS: Final = 4
"""So many accents may stand on one letter; more only cover the lines above and below."""

_BLANKS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that are drawn as nothing (Unicode: default ignorable, or blank)."""
_JOINERS: Final = frozenset("\u200c\u200d")
"""These shape the letters of Persian or Hindi, and join emoji."""
_FIRST_JOINED: Final = "\u0600"
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
_CHINESE_MARKS: Final = frozenset("，：；！？（）～")
"""Full-width in Chinese text, where plain ones would look like a slip."""
_SPACES: Final = re.compile(r"[ \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_SELECTORS: Final = range(0xFE00, 0xFE10)
_DIRECTIONS: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROLS: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def clean_line(text: str) -> str:
    """Return *text* as it is kept: composed, with plain spaces, none of them outside.

    Full-width letters become plain ones; Chinese punctuation stays. Characters that are not seen,
    or that turn the direction of the text, are left out; control characters stay, for the reader
    of a field to refuse.
    """
    plain = "".join(map(_narrow, _SPACES.sub(" ", text)))
    composed = normalize("NFC", plain)
    seen = "".join(char for at, char in enumerate(composed) if _is_kept(composed, at))
    return _SPACES.sub(" ", _without_towers(seen)).strip(" ")


def without_directions(text: str) -> str:
    """Return *text* without the characters that turn the direction of what follows them."""
    return _DIRECTIONS.sub("", text)


def shown_text(text: str) -> str:
    """Return *text* as pages show it: it turns no direction, and covers no line above or below."""
    return _without_towers(without_directions(text))


def isolated(text: str) -> str:
    """Return *text* for a line of a terminal, which it must neither turn nor command."""
    plain = printable(without_directions(text)).replace("\n", "\ufffd")
    is_turned = any(bidirectional(char) in {"R", "AL", "AN"} for char in plain)
    return f"\u2068{plain}\u2069" if is_turned else plain


def printable(text: str) -> str:
    """Return *text* without what a terminal obeys: each control character but LF becomes U+FFFD."""
    return _CONTROLS.sub("\ufffd", text)


def _narrow(char: str) -> str:
    is_letter_form = east_asian_width(char) in {"F", "H"} and char not in _CHINESE_MARKS
    return normalize("NFKC", char) if is_letter_form else char


def _is_kept(text: str, at: int) -> bool:
    char = text[at]
    if char in _JOINERS:
        return 0 < at < len(text) - 1 and min(text[at - 1], text[at + 1]) >= _FIRST_JOINED
    if char in _BLANKS or ord(char) in _SELECTORS:
        return False
    kind = category(char)
    return kind not in _UNSEEN or kind in {"Cc", "Cs"}


def _without_towers(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if combining(char) else 0
        if marks <= MOST_MARKS:
            kept.append(char)
    return "".join(kept)
