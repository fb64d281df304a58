"""Notices for the next page (flash messages); kept in a cookie until they are shown once."""

from datetime import timedelta
from typing import NamedTuple

from quart import flash as flash_message
from quart import get_flashed_messages

KEPT_FOR = timedelta(minutes=10)


class Notice(NamedTuple):
    """A sentence at the top of a page; `kind` is ok, warn or error."""

    kind: str
    text: str


async def flash(notice: Notice) -> None:
    """Show *notice* on the next page."""
    await flash_message(notice.text, notice.kind)


def take_notices() -> list[dict[str, str]]:
    """Return the notices for this page, and forget them."""
    kept = [Notice(*pair) for pair in get_flashed_messages(with_categories=True)]
    return [notice._asdict() for notice in kept]
