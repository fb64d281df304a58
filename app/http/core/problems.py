"""Refusals: as problem+json for scripts (RFC 9457), as pages for people."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from quart import Response
from werkzeug.exceptions import HTTPException

from app.protocol.encode import to_json

TRY_AGAIN_AFTER_S = 2


class Problem(Exception):
    """What was asked is refused; `detail` says to people what to do, `more` to scripts what is."""

    def __init__(self, status: int, code: str, detail: str, retry_after_s: int | None = None):
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers: dict[str, str] = {}
        self.more: Mapping[str, object] = {}
        if retry_after_s is not None:
            self.headers["Retry-After"] = str(retry_after_s)

    @property
    def title(self) -> str:
        """Return what is written large on the page."""
        return _TITLES.get(self.status, HTTPStatus(self.status).phrase)


class _Usual(NamedTuple):
    code: str
    detail: str


_TITLES = {
    400: "That could not be read",
    401: "Please sign in",
    403: "Not from there",
    404: "Nothing here",
    405: "Not like that",
    413: "Too much at once",
    421: "Wrong address",
    429: "Too fast",
    500: "Something went wrong",
    503: "One moment, please",
}

_USUAL = {
    400: _Usual("malformed", "What was sent could not be understood. Nothing was changed."),
    404: _Usual("not_found", "There is nothing at this address, or it is not yours."),
    405: _Usual("method_not_allowed", "This address cannot be used in this way."),
    408: _Usual("too_slow", "The request took too long to arrive. Try again."),
    413: _Usual("too_large", "At most 64 KiB can be sent at once."),
    500: _Usual("failed", "Something went wrong on our side. Try again in a moment."),
}


def login_required() -> Problem:
    """Return the refusal of what only somebody signed in may do."""
    return Problem(401, "login_required", "Sign in first.")


def not_found() -> Problem:
    """Return the refusal of what is not there, or not theirs: nobody can tell which."""
    return usual(404)


def busy() -> Problem:
    """Return the refusal of what the shop cannot do just now."""
    detail = "The shop is busy just now. Try again in a moment."
    return Problem(503, "busy", detail, TRY_AGAIN_AFTER_S)


def throttled(wait_s: int) -> Problem:
    """Return the refusal of what was asked too often."""
    unit = "second" if wait_s == 1 else "seconds"
    return Problem(429, "throttled", f"Too many tries. Wait {wait_s} {unit}.", wait_s)


def malformed(fault: object) -> Problem:
    """Return the refusal of what cannot be read; *fault* names the first reason."""
    return Problem(400, "malformed", f"{fault}.")


def usual(status: int) -> Problem:
    """Return the refusal that a *status* stands for by itself."""
    phrase = HTTPStatus(status).phrase
    code, detail = _USUAL.get(status, (phrase.lower().replace(" ", "_"), f"{phrase}."))
    return Problem(status, code, detail)


def of_exception(error: HTTPException) -> Problem:
    """Return what Quart or Werkzeug refused, in our words and with their headers."""
    problem = usual(error.code or 500)
    given = error.get_headers()
    problem.headers |= {name: value for name, value in given if name != "Content-Type"}
    return problem


def as_json(problem: Problem) -> Response:
    """Return *problem* for a script."""
    fields: Mapping[str, object] = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        **problem.more,
    }
    return Response(
        to_json(fields), problem.status, problem.headers, content_type="application/problem+json"
    )
