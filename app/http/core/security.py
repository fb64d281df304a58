"""Who may ask, from which page, and what every answer tells the browser (SECURITY.md)."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from quart import Quart, Response, g, request
from quart.typing import ResponseTypes

from app.http.core.assets import STATIC
from app.http.core.context import HttpContext
from app.http.core.problems import Problem, not_found, problem_of_status

LARGEST_BODY = 64 * 1024
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_DEFAULT_PORTS = {"http": 80, "https": 443}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
NOT_KEPT = {"Cache-Control": "no-store"}
_ONLY_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}


def guard(app: Quart, context: HttpContext) -> None:
    """Have every request of *app* checked before anything is read, and every answer dressed."""
    hosts = hosts_of(context.origins)
    headers = {**HEADERS, **(_ONLY_HTTPS if context.is_https else {})}

    @app.before_request
    async def check() -> None:
        if refusal := _refusal(hosts, frozenset(context.origins)):
            g.login = None
            raise refusal
        if request.path.startswith(STATIC):
            g.login = None

    @app.after_request
    async def dress(response: Response) -> Response:
        response.headers.update(headers)
        response.headers.update(_caching(response))
        return response

    @app.after_websocket
    async def dress_refusal(response: ResponseTypes | None) -> ResponseTypes | None:
        if response is not None:
            response.headers.update(headers | NOT_KEPT)
        return response


def hosts_of(origins: Iterable[str]) -> frozenset[str]:
    """Return what a request's `Host` may be, in lower case."""
    return frozenset(name for origin in origins for name in _hosts(origin))


def _hosts(origin: str) -> tuple[str, ...]:
    """Return how a browser, or a script, may name the host of *origin*."""
    scheme, host, *_ = urlsplit(origin)
    return (host,) if urlsplit(origin).port else (host, f"{host}:{_DEFAULT_PORTS[scheme]}")


def _refusal(hosts: frozenset[str], origins: frozenset[str]) -> Problem | None:
    named = request.headers.getlist("Host")
    if len(named) != 1 or named[0].lower() not in hosts:
        return Problem(421, "unknown_host", "The shop does not answer to this name.")
    if _has_two_lengths():
        return _hang_up(problem_of_status(400))
    if "\0" in request.path:
        return not_found()  # PostgreSQL has no such character, and takes the question for a fault
    if request.method not in SAFE_METHODS and not _comes_from_us(origins):
        detail = "This came from a page that is not the shop's, so nothing was done."
        return Problem(403, "foreign_origin", detail)
    return problem_of_status(413) if (request.content_length or 0) > LARGEST_BODY else None


def _has_two_lengths() -> bool:
    """Say whether a proxy may have seen the end of this request elsewhere (RFC 9112 §6.3)."""
    return "Transfer-Encoding" in request.headers and "Content-Length" in request.headers


def _hang_up(problem: Problem) -> Problem:
    problem.headers["Connection"] = "close"
    return problem


def _comes_from_us(origins: frozenset[str]) -> bool:
    """Browsers name the page that sends; a script need not."""
    origin = request.headers.get("Origin")
    if origin is None:
        return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    return origin in origins


def _caching(response: Response) -> Mapping[str, str]:
    """Say how long an answer may be kept: not at all, unless it is said to be public."""
    return {} if response.cache_control.public else NOT_KEPT
