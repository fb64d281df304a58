"""Checks each request, and sets the security headers of each response (SECURITY.md).

The CSRF protection is here: a request that may change something must come from a page of the
shop, by its `Origin` or `Sec-Fetch-Site` header. There are no tokens in forms.
"""

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from quart import Quart, Response, g, request
from quart.typing import ResponseTypes

from app.http.core.assets import STATIC
from app.http.core.context import HttpContext
from app.http.core.problems import Problem, not_found, problem_of_status
from app.i18n.translate import gettext as _
from app.services.client_network import client_network
from app.services.security_log import SecurityEvent, SecurityOutcome

LARGEST_BODY = 64 * 1024
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_DEFAULT_PORTS = {"http": 80, "https": 443}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types service-worker"
)
_PERMISSIONS = "camera=({camera}), geolocation=(), microphone=(), payment=(), usb=()"
CAMERA_PAGES = frozenset({"/staff/stock"})
"""On these, scripts of the shop may ask for the camera: it reads barcodes."""
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": _PERMISSIONS.format(camera=""),
}
NO_STORE = {"Cache-Control": "no-store"}
_ONLY_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}


def guard(app: Quart, context: HttpContext) -> None:
    """Have *app* check every request before its body is read, and add headers to every response."""
    hosts, origins = hosts_of(context.origins), origins_of(context.origins)
    headers = _headers(is_https=context.is_https)
    if cards := context.checkout.cards:
        headers["Content-Security-Policy"] = _policy_leading_to(cards.provider.page_origin)

    @app.before_request
    async def check() -> None:
        if refusal := _refusal(hosts, origins):
            g.login = None
            if refusal.code == SecurityEvent.FOREIGN_ORIGIN:
                address = client_network(request.remote_addr or "")
                event, refused = SecurityEvent.FOREIGN_ORIGIN, SecurityOutcome.REFUSED
                context.security.note(event, refused, None, address, door="http")
            raise refusal
        if request.path.startswith(STATIC):
            g.login = None

    @app.after_request
    async def add_headers(response: Response) -> Response:
        response.headers.update(headers)
        if request.path in CAMERA_PAGES:
            response.headers["Permissions-Policy"] = _PERMISSIONS.format(camera="self")
        response.headers.update(_caching(response))
        return response

    @app.after_websocket
    async def add_headers_to_handshake(response: ResponseTypes | None) -> ResponseTypes | None:
        if response is not None:
            response.headers.update(handshake_headers(is_https=context.is_https))
        return response


def handshake_headers(*, is_https: bool) -> Mapping[str, str]:
    """Return the headers of a response that refuses a websocket's handshake."""
    return _headers(is_https=is_https) | NO_STORE


def _policy_leading_to(origin: str) -> str:
    """Return the policy by which forms may also lead to pages of *origin*, by a redirect."""
    return _POLICY.replace("form-action 'self'", f"form-action 'self' {origin}")


def _headers(*, is_https: bool) -> dict[str, str]:
    return {**HEADERS, **(_ONLY_HTTPS if is_https else {})}


def hosts_of(origins: Iterable[str]) -> frozenset[str]:
    """Return the allowed values of the `Host` header, in lower case.

    Others are refused against DNS rebinding, and so that no URL is made from a forged header.
    """
    return frozenset(name for origin in origins_of(origins) for name in _hosts(origin))


def origins_of(origins: Iterable[str]) -> frozenset[str]:
    """Return *origins*, each also with the dot of a full domain name: https://shop.example.:8443.

    A browser keeps that dot in `Host` and `Origin`, and it names the same host (RFC 1034 §3.1).
    """
    return frozenset(spelled for origin in origins for spelled in (origin, _with_dot(origin)))


def _with_dot(origin: str) -> str:
    scheme, host, *_ = urlsplit(origin)
    name, colon, port = host.partition(":")
    return origin if "[" in name else f"{scheme}://{name}.{colon}{port}"


def _hosts(origin: str) -> tuple[str, ...]:
    """Return the host of *origin*; with and without the port if it is the scheme's default."""
    scheme, host, *_ = urlsplit(origin)
    return (host,) if urlsplit(origin).port else (host, f"{host}:{_DEFAULT_PORTS[scheme]}")


def _refusal(hosts: frozenset[str], origins: frozenset[str]) -> Problem | None:
    named = request.headers.getlist("Host")
    if len(named) != 1 or named[0].lower() not in hosts:
        return Problem(421, "unknown_host", _("The shop is not available at this address."))
    if _has_two_lengths():
        return _closing(problem_of_status(400))
    if "\0" in request.path:
        return not_found()  # PostgreSQL cannot store it, and would fail
    if request.method not in SAFE_METHODS and not _is_same_origin(origins):
        detail = _("This came from another website. Nothing was changed.")
        return Problem(403, "foreign_origin", detail)
    return problem_of_status(413) if (request.content_length or 0) > LARGEST_BODY else None


def _has_two_lengths() -> bool:
    """Say whether a proxy may have seen the end of this request elsewhere (RFC 9112 §6.3)."""
    return "Transfer-Encoding" in request.headers and "Content-Length" in request.headers


def _closing(problem: Problem) -> Problem:
    problem.headers["Connection"] = "close"
    return problem


def _is_same_origin(origins: frozenset[str]) -> bool:
    """Say whether the request comes from a page of the shop, or from no page at all.

    Browsers send `Origin` with every request that changes something, or at least `Sec-Fetch-Site`;
    a script that sends neither has no victim's cookies.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    return origin in origins


def _caching(response: Response) -> Mapping[str, str]:
    """Return the header that forbids caching, unless the response is public."""
    return {} if response.cache_control.public else NO_STORE
