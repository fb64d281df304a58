"""Protection against open redirects: a redirect leads only to pages of the shop."""

import re
from urllib.parse import unquote

from app.i18n.languages import unprefixed

HOME = "/"
LONGEST = 2000
MOST_DECODINGS = 4

_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")
"""Browsers drop tabs and line ends from a URL, and read a backslash as a slash."""
_NO_PAGE = re.compile(
    "/(login|register|logout|ws"
    "|account/(name|password|email|email/confirm|data.json|sessions/.*|confirm/.*|passkeys/.+/.*"
    "|household/(link|mail|withdraw|role|saved))"
    "|invitation/[^/]+/decline"
    "|(login|cart|waitlist|api|static)/.*)"
)


def safe_redirect(path: str) -> str:
    """Return *path*, with its query, if it is a page of the shop; else the front page.

    It has no language prefix: a redirect gets that of the page it comes from.
    """
    path = unprefixed(path)
    if len(path) > LONGEST or not _stays_here(path) or _NO_PAGE.fullmatch(path.partition("?")[0]):
        return HOME
    return path


def _stays_here(path: str) -> bool:
    """Say whether *path* stays on this host, however often a browser or proxy decodes it."""
    for _ in range(MOST_DECODINGS):
        if not path.startswith("/") or "//" in path.partition("?")[0] or _HIDDEN.search(path):
            return False
        decoded = unquote(path)
        if decoded == path:
            return True
        path = decoded
    return False
