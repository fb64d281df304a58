"""Problems: why a request is refused, as problem+json for scripts (RFC 9457) or as a page.

`problem_of` is the one place that turns the errors of services into problems.
"""

from collections.abc import Mapping
from http import HTTPStatus

from quart import Response
from werkzeug.exceptions import HTTPException

from app.domain.errors import AccountRemoved, DatabaseUnavailable
from app.domain.order_limits import Limited, OrderLimit
from app.domain.placing import Rejected, RejectReason
from app.http.core.error_texts import ERROR_TEXTS
from app.http.core.input_texts import weakness_text
from app.http.core.order_limit_text import order_limit_text
from app.http.core.problem_texts import BY_STATUS, TITLES, TITLES_BY_CODE, ProblemText
from app.i18n.formats import listed
from app.i18n.translate import current_language, ngettext
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.protocol.encode import to_json
from app.protocol.op_texts import rejection_text
from app.services.account_removal import OpenOrders
from app.services.checkout import OutcomeUnknown
from app.services.errors import ServiceError
from app.services.fair_queue import QueueFull
from app.services.help_errors import AskedTooOften
from app.services.login_errors import Throttled
from app.services.order_limiter import OrderLimitReached
from app.services.passwords import WeakPassword
from app.services.payments.provider import ProviderRefused, ProviderUnavailable
from app.services.receipts.printer import NotPrinted

TRY_AGAIN_AFTER_S = 2
CARDS_AGAIN_AFTER_S = 60
BAD_REQUEST, SERVER_ERROR = 400, 500


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
        by_status = TITLES.get(self.status) or TITLES[_kind_of(self.status)]
        return _(TITLES_BY_CODE.get(self.code, by_status))


_OPEN_ORDERS = N_(
    "Your account cannot be deleted yet, because these orders are on their way: %(orders)s. Cancel"
    " them, or wait until they are delivered."
)
_CARDS_AWAY = N_(
    "Payment by card does not work right now. Your cart is kept: try again in a while, or choose to"
    " pay on delivery."
)


def problem_of(error: ServiceError | DatabaseUnavailable | AccountRemoved) -> Problem:  # noqa: PLR0911 - flat
    """Return the problem that *error* of a service is for the client."""
    match error:
        case AccountRemoved():
            return login_required()
        case WeakPassword(weakness=weakness):
            return Problem(400, "weak_password", weakness_text(weakness))
        case OpenOrders(numbers=numbers):
            return Problem(409, "open_orders", _(_OPEN_ORDERS, orders=listed(list(numbers))))
        case Throttled(wait_s=wait_s) | AskedTooOften(wait_s=wait_s):
            return throttled(wait_s)
        case OrderLimitReached(limit=limit):
            return order_limited(limit)
        case ProviderUnavailable() | ProviderRefused():
            return Problem(503, "cards_away", _(_CARDS_AWAY), CARDS_AGAIN_AFTER_S)
        case QueueFull() | NotPrinted() | OutcomeUnknown() | DatabaseUnavailable():
            return busy()
        case _:
            return _told(error)


def _told(error: Exception) -> Problem:
    if (text := ERROR_TEXTS.get(type(error))) is None:
        raise error
    return Problem(text.status, text.code, _(text.detail))


def order_rejected(rejected: Rejected) -> Problem:
    """Return the problem of an order that was not placed; if it was stale, with today's total."""
    problem = Problem(409, rejected.why, rejection_text(rejected, current_language()))
    if rejected.why is RejectReason.STALE:
        problem.more = {"at": rejected.at, "total": rejected.total}
    if rejected.why is RejectReason.BELOW_MINIMUM:
        problem.more = {"missing": rejected.missing}
    return problem


def order_limited(limit: OrderLimit) -> Problem:
    """Return the problem of an order that exceeds a limit of its account."""
    detail = order_limit_text(limit)
    if limit.limited is Limited.RATE:
        problem = Problem(429, "order_limit", detail, limit.wait_s)
    else:
        problem = Problem(409, "order_limit", detail)
    problem.more = {"limit": limit.limited, "most": limit.most, "reached": limit.reached}
    return problem


def op_changed(n: int) -> Problem:
    """Return the problem of op *n*, whose number belongs to another op."""
    detail = _("Op %(number)s was another one before. Nothing was changed by this one.", number=n)
    return Problem(409, "op_changed", detail)


def other_account() -> Problem:
    """Return the problem of a request of one account that comes with the cookie of another."""
    detail = _(
        "This came from a page of another account than the one signed in now. Nothing was"
        " changed. Reload the page and try again."
    )
    return Problem(409, "other_account", detail)


def login_required() -> Problem:
    """Return the problem of a request that needs a login and has none."""
    return Problem(401, "login_required", _("Please sign in first."))


def not_found() -> Problem:
    """Return the problem of what does not exist or belongs to another: both look the same."""
    return problem_of_status(404)


def busy() -> Problem:
    """Return the problem of what cannot be done at the moment."""
    detail = _("We cannot answer right now. Please try again shortly.")
    return Problem(503, "busy", detail, TRY_AGAIN_AFTER_S)


def throttled(wait_s: int) -> Problem:
    """Return the problem of a request over a rate limit."""
    detail = ngettext(
        "Too many attempts. Wait %(num)s second and try again.",
        "Too many attempts. Wait %(num)s seconds and try again.",
        wait_s,
    )
    return Problem(429, "throttled", detail, wait_s)


def malformed(fault: object) -> Problem:
    """Return the problem of a request that cannot be parsed; *fault* is the first reason."""
    detail = str(fault)
    is_sentence = detail.endswith((".", "。"))
    return Problem(400, "malformed", detail if is_sentence else f"{detail}.")


def problem_of_status(status: int) -> Problem:
    """Return the problem that an HTTP *status* means without more detail."""
    code = HTTPStatus(status).phrase.lower().replace(" ", "_")
    text = BY_STATUS.get(status) or ProblemText(code, BY_STATUS[_kind_of(status)].detail)
    return Problem(status, text.code, _(text.detail))


def _kind_of(status: int) -> int:
    """Return the status that stands for all of its kind: those of the request, or of the shop."""
    return SERVER_ERROR if status >= SERVER_ERROR else BAD_REQUEST


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
