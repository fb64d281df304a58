"""What is said on the next page about what was just done; kept in a cookie, and said once."""

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
    """Have *notice* said on the next page."""
    await flash_message(notice.text, notice.kind)


def collect() -> list[dict[str, str]]:
    """Return what is to be said on this page, and forget it."""
    kept = [Notice(*pair) for pair in get_flashed_messages(with_categories=True)]
    return [notice._asdict() for notice in kept]
