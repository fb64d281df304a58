"""What the lists of staff's pages are asked for in a URL: which page, and things of which state."""

from collections.abc import Sized
from enum import StrEnum
from typing import TypeVar

from quart import request

from app.domain.paging import Start, is_beyond, read_start
from app.http.core.problems import not_found

StateT = TypeVar("StateT", bound=StrEnum)


def requested_start(*kinds: type[int] | type[str]) -> Start:
    """Return where the page of a list begins that the query asks for; else the first.

    *kinds* are the types of the parts of the list's key.
    """
    return read_start(request.args.get("page", ""), kinds) or 1


def require_items(start: Start, items: Sized) -> None:
    """Raise Problem 404 if *start* is beyond the end of a list: there are no *items*."""
    if is_beyond(start) and not items:
        raise not_found()


def requested_state(states: type[StateT]) -> StateT | None:
    """Return the one of *states* that the query asks for, if any. Raises Problem 404 for others."""
    text = request.args.get("state", "")
    try:
        return states(text) if text else None
    except ValueError:
        raise not_found() from None
