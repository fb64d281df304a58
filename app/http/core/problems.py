"""Problems: why a request is refused, as problem+json for scripts (RFC 9457) or as a page.

`problem_of` is the one place that turns the errors of services into problems.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from quart import Response
from werkzeug.exceptions import HTTPException

from app.domain.errors import DatabaseUnavailable
from app.domain.placing import Rejected, RejectReason
from app.protocol.encode import to_json
from app.protocol.op_texts import rejection_text
from app.services.auth import EmailTaken, Throttled, WeakPassword, WrongLogin
from app.services.checkout import KeyReused, OutcomeUnknown, TooLate
from app.services.errors import ServiceError
from app.services.passwords import QueueFull

TRY_AGAIN_AFTER_S = 2


class Problem(Exception):
    """A refused request. `detail` tells people what to do; `more` has fields for scripts only."""

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
        """The heading of the page."""
        return _TITLES.get(self.status, HTTPStatus(self.status).phrase)


class _Text(NamedTuple):
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

_BY_STATUS = {
    400: _Text("malformed", "What was sent could not be understood. Nothing was changed."),
    404: _Text("not_found", "There is nothing at this address, or it is not yours."),
    405: _Text("method_not_allowed", "This address cannot be used in this way."),
    408: _Text("too_slow", "The request took too long to arrive. Try again."),
    413: _Text("too_large", "At most 64 KiB can be sent at once."),
    500: _Text("failed", "Something went wrong on our side. Try again in a moment."),
}


_WRONG_LOGIN = "E-mail address or password is wrong. Check both and try again."
_EMAIL_TAKEN = "There is an account with this e-mail address already. Sign in to it."
_KEY_REUSED = "This key belongs to another order. Use a new one."
_TOO_LATE = "This order has been packed already, so it cannot be cancelled any more."


def problem_of(error: ServiceError | DatabaseUnavailable) -> Problem:  # noqa: PLR0911 - flat
    """Return the problem that *error* of a service is for the client."""
    match error:
        case WeakPassword(reason=reason):
            return Problem(400, "weak_password", reason)
        case WrongLogin():
            return Problem(401, "wrong_login", _WRONG_LOGIN)
        case EmailTaken():
            return Problem(409, "email_taken", _EMAIL_TAKEN)
        case Throttled(wait_s=wait_s):
            return throttled(wait_s)
        case KeyReused():
            return Problem(409, "key_reused", _KEY_REUSED)
        case TooLate():
            return Problem(409, "not_placed", _TOO_LATE)
        case QueueFull() | OutcomeUnknown() | DatabaseUnavailable():
            return busy()
        case _:
            raise error


def order_rejected(rejected: Rejected) -> Problem:
    """Return the problem of an order that was not placed; if it was stale, with today's total."""
    problem = Problem(409, rejected.why, rejection_text(rejected))
    if rejected.why is RejectReason.STALE:
        problem.more = {"at": rejected.at, "total": rejected.total}
    return problem


def op_changed(n: int) -> Problem:
    """Return the problem of op *n*, whose number belongs to another op."""
    detail = f"Op {n} was another one before. Nothing was changed by this one."
    return Problem(409, "op_changed", detail)


def login_required() -> Problem:
    """Return the problem of a request that needs a login and has none."""
    return Problem(401, "login_required", "Sign in first.")


def not_found() -> Problem:
    """Return the problem of what does not exist or belongs to another: both look the same."""
    return problem_of_status(404)


def busy() -> Problem:
    """Return the problem of what cannot be done at the moment."""
    detail = "The shop is busy just now. Try again in a moment."
    return Problem(503, "busy", detail, TRY_AGAIN_AFTER_S)


def throttled(wait_s: int) -> Problem:
    """Return the problem of a request over a rate limit."""
    unit = "second" if wait_s == 1 else "seconds"
    return Problem(429, "throttled", f"Too many tries. Wait {wait_s} {unit}.", wait_s)


def malformed(fault: object) -> Problem:
    """Return the problem of a request that cannot be parsed; *fault* is the first reason."""
    return Problem(400, "malformed", f"{fault}.")


def problem_of_status(status: int) -> Problem:
    """Return the problem that an HTTP *status* means without more detail."""
    phrase = HTTPStatus(status).phrase
    code, detail = _BY_STATUS.get(status, (phrase.lower().replace(" ", "_"), f"{phrase}."))
    return Problem(status, code, detail)


def problem_of_http(error: HTTPException) -> Problem:
    """Return the problem for an error that Quart or Werkzeug raised, with its headers."""
    problem = problem_of_status(error.code or 500)
    given = error.get_headers()
    problem.headers |= {name: value for name, value in given if name != "Content-Type"}
    return problem


def as_json(problem: Problem) -> Response:
    """Return *problem* as problem+json (RFC 9457)."""
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
