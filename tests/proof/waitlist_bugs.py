"""Bugs to plant in waitlists: those who wait must find each."""

from typing import Any, Final

from app.store import holds as stored_holds
from app.store import waitlist as stored
from tests.proof.bugs import Bug
from tests.proof.graft import graft

OVERTAKEN: Final = "somebody was overtaken"
TWICE: Final = "a place was offered twice"
FREE: Final = "a unit is free though somebody waits"
LOST: Final = "what was offered could not be had"
MORE: Final = "more is held than there is"


def _last_first() -> None:
    def reversed_places(original: Any, *args: Any) -> Any:
        return reversed([*original(*args)])

    graft(stored, "_places", reversed_places)


def _keep_places() -> None:
    graft(stored, "_drop", lambda *_: None)


def _ask_nobody() -> None:
    graft(stored_holds, "serve_waitlists", lambda *_: None)


WAITLIST_BUGS: Final = {
    "waitlist-last-first": Bug("the last is asked first", _last_first, OVERTAKEN),
    "waitlist-twice": Bug("who was asked keeps the place", _keep_places, TWICE),
    "waitlist-forgotten": Bug("what a cart frees is for anybody", _ask_nobody, FREE),
}
