"""Pages of lists: each begins after the last item of the page before it.

A page that begins after *so many* items repeats some, or skips some, when items come or go.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

HIGHEST_PAGE: Final = 9999

_AFTER: Final = "after"
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_PATTERNS: Final = {int: _NUMBER, str: _NAME}

Key = tuple[int | str, ...]
"""What a list is sorted by; no two items have the same."""


class After(NamedTuple):
    """The page that begins after the item with this key."""

    key: Key

    def __str__(self) -> str:
        """Return it as it stands in a URL."""
        return ".".join((_AFTER, *map(str, self.key)))


Start = After | int
"""Where a page begins; a number, counted from 1, is what older links have."""


def read_start(text: str, kinds: Sequence[type[int] | type[str]]) -> Start | None:
    """Return where the page in *text* begins, or `None` if that says nothing of the kind.

    *kinds* are the types of the parts of the list's key.
    """
    if (page := read_page(text)) is not None:
        return page
    name, *parts = text.split(".")
    if name != _AFTER or len(parts) != len(kinds):
        return None
    if not all(_PATTERNS[kind].fullmatch(part) for kind, part in zip(kinds, parts, strict=True)):
        return None
    return After(tuple(kind(part) for kind, part in zip(kinds, parts, strict=True)))


def read_page(text: str) -> int | None:
    """Return the number of a page, or `None` if *text* is no such number."""
    is_whole = text.isascii() and text.isdigit() and len(text) <= len(str(HIGHEST_PAGE))
    return int(text) or None if is_whole else None


def is_beyond(start: Start) -> bool:
    """Say whether *start* is a number of a page that is not the first."""
    return isinstance(start, int) and start > 1


def next_text(after: After | None) -> str | None:
    """Return *after* as a page of the API has it in `next`."""
    return None if after is None else str(after)
