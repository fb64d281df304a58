"""Recovery codes: what stands in for a passkey that was lost, once each (ASVS 5.0, 6.5.1).

A code is a digit, by which its hash is found, and 55 random bits in the letters of Crockford's
base 32, which has none that look alike. People read it in groups of four: 4KDF-M2XQ-9TRB.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

CODES: Final = 10
LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_LETTERS: Final = 11
GROUP: Final = 4

_ALIKE: Final = str.maketrans("OIL", "011", " -\u2010\u2011\u2013")


class RecoveryCode(NamedTuple):
    """A code as it is compared; `place` is which of an account's codes it is."""

    place: int
    text: str


def new_code(place: int, draw: Callable[[int], int]) -> RecoveryCode:
    """Return a new code. `draw` returns a random number below its argument."""
    letters = "".join(LETTERS[draw(len(LETTERS))] for _ in range(RANDOM_LETTERS))
    return RecoveryCode(place, f"{place}{letters}")


def shown_code(code: RecoveryCode) -> str:
    """Return a code in groups of four."""
    starts = range(0, len(code.text), GROUP)
    return "-".join(code.text[start : start + GROUP] for start in starts)


def read_code(typed: str) -> RecoveryCode | None:
    """Return the code that was typed, with or without hyphens and in any case; None for no code."""
    text = typed.strip().upper().translate(_ALIKE)
    is_code = len(text) == 1 + RANDOM_LETTERS and set(text) <= set(LETTERS)
    return RecoveryCode(int(text[0]), text) if is_code and text[0] in "0123456789" else None
