"""Notices for the next page (flash messages); kept in a cookie until they are shown once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from quart import g, session

KEPT_FOR = timedelta(minutes=10)
KEPT = "notices"


class Undo(NamedTuple):
    """A form that takes back what a notice says; `about` is the id of the item on the page."""

    action: str
    fields: dict[str, str]
    about: str


class Notice(NamedTuple):
    """A sentence at the top of a page; `kind` is ok, warn or error.

    `address` is one to be copied, which is shown this once.
    """

    kind: str
    text: str
    undo: Undo | None = None
    address: str = ""


def flash(notice: Notice) -> None:
    """Show *notice* on the next page; its kind says how the request went."""
    g.notice_kind = notice.kind
    g.flashed = [*g.get("flashed", ()), notice]
    session[KEPT] = [*session.get(KEPT, ()), notice]


def take_notices() -> list[Notice]:
    """Return the notices for the page of this request, and forget them."""
    if "notices" not in g:
        kept = session.pop(KEPT, ())
        g.notices = [_notice(*fields) for fields in kept]
    notices: list[Notice] = g.notices
    return notices


def _notice(kind: str, text: str, undo: Sequence[Any] | None, address: str = "") -> Notice:
    return Notice(kind, text, Undo(*undo) if undo else None, address)
