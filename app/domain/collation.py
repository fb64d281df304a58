"""The order of names in a list: Latin letters by the alphabet, Chinese characters by strokes."""

from functools import lru_cache
from typing import Final

from app.domain.words import fold

CHARACTERS_KEPT: Final = 10_000
_AFTER_ALL: Final = b"\xff"


def sort_key(name: str) -> bytes:
    """Return what sorts *name* among others, capitals and accents apart."""
    return b"".join(map(_key, fold(name)))


@lru_cache(CHARACTERS_KEPT)
def _key(char: str) -> bytes:
    """Return the code of *char* in Big5, whose characters stand in the order of their strokes.

    The common ones come before the rare ones, and what Big5 lacks is last. ASCII is as it is.
    """
    try:
        return char.encode("big5")
    except UnicodeEncodeError:
        return _AFTER_ALL + char.encode("utf-32-be", "replace")
