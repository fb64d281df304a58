"""Answers of the server itself, in place of the application's."""

from app.http.core.security import HEADERS, NO_STORE

UNAVAILABLE = 503
RETRY_AFTER_S = 2


def refusal_headers(status: int, body: bytes) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer with a plain text, the security headers among them."""
    named = {
        **HEADERS,
        **NO_STORE,
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    if status == UNAVAILABLE:
        named["Retry-After"] = str(RETRY_AFTER_S)
    return [(name.encode(), value.encode()) for name, value in named.items()]


def _response(status: int, reason: bytes, body: bytes) -> bytes:
    lines = [b"%b: %b" % header for header in refusal_headers(status, body)]
    return b"\r\n".join([b"HTTP/1.1 %d %b" % (status, reason), *lines, b"", body])


TOO_MANY = _response(UNAVAILABLE, b"Service Unavailable", b"The shop has too many connections.")
"""What a connection beyond the limits is answered before it has sent anything."""
