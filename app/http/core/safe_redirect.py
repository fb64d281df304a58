"""Where a page may send people on to: only to pages of the shop."""

import re
from urllib.parse import unquote

HOME = "/"
LONGEST = 2000
MOST_DECODINGS = 4

_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")
"""Browsers drop tabs and line ends from an address, and take a backslash for a slash."""
_NO_PAGE = re.compile(
    "/(login|register|logout|ws|account/(name|password|sessions/.*)|(cart|api|static)/.*)"
)


def safe_redirect(path: str) -> str:
    """Return *path*, with its query, if it leads to a page here; the front page otherwise."""
    if len(path) > LONGEST or not _stays_here(path) or _NO_PAGE.fullmatch(path.partition("?")[0]):
        return HOME
    return path


def _stays_here(path: str) -> bool:
    """Say whether no reading of *path*, however often it is decoded, leaves the shop."""
    for _ in range(MOST_DECODINGS):
        if not path.startswith("/") or "//" in path.partition("?")[0] or _HIDDEN.search(path):
            return False
        decoded = unquote(path)
        if decoded == path:
            return True
        path = decoded
    return False
