"""HTTP/1.1, read strictly and within bounds: what a head may be, and what a client sends unasked.

h11 is lenient where old clients were. A proxy in front may read the same bytes otherwise, and so
see another request than the shop does (request smuggling), so what can be read in two ways is
refused: lines that end without CR, headers folded over lines (RFC 9112 §2.2, §5.2), a version that
is neither 1.0 nor 1.1, a URL as target whose host is not the one in `Host` (RFC 9112 §3.2.2), and a
method in lower case, which is none (RFC 9110 §9.1) and would be `GET` for some of our own code.
"""

import re
from typing import Any

import h11
from h11._headers import Headers

LARGEST_HEADERS = 16384
MOST_HEADERS = 100
MOST_PIPELINED = 4
"""Requests that a client may send before it has the answer to an earlier one. No browser does."""
CLOSE = (b"connection", b"close")
BAD_REQUEST, TOO_LARGE, NO_SUCH_VERSION = 400, 431, 505
_LENIENT = re.compile(rb"(?<!\r)\n|\n[\t ]")
_HOST_OF_TARGET = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)")


class BoundedConnection(h11.Connection):
    """h11's connection of a server; bounds are kept also if a whole request comes at once.

    h11 bounds what is incomplete only. `refusal` is the status that answers the last
    `h11.RemoteProtocolError`.
    """

    def __init__(self) -> None:
        super().__init__(h11.SERVER, LARGEST_HEADERS)
        self.refusal = BAD_REQUEST
        self._pipelined = 0

    @property
    def has_more(self) -> bool:
        """Say whether the client is in the middle of a request, or has sent another one."""
        return self.their_state in {h11.SEND_BODY, h11.ERROR} or self.has_bytes

    @property
    def has_bytes(self) -> bool:
        """Say whether something was received that is no request yet."""
        return bool(self.trailing_data[0])

    def next_event(self) -> Any:
        """Return the next event; raises `h11.RemoteProtocolError` also beyond our bounds."""
        try:
            if self.their_state is h11.IDLE:
                self._check_lines()
            event = super().next_event()
            if isinstance(event, h11.Request):
                _check_size(event)
                _check_meaning(event)
            elif isinstance(event, h11.EndOfMessage):
                _check_trailers(event)
        except h11.RemoteProtocolError as error:
            known = error.error_status_hint in {TOO_LARGE, NO_SUCH_VERSION}
            self.refusal = error.error_status_hint if known else BAD_REQUEST
            raise
        return event

    def send_with_data_passthrough(self, event: h11.Event) -> list[bytes] | None:
        """Return the bytes of *event*, in pieces; `send` calls this.

        After an answer to a request that is not complete, or to one of too many, the connection
        ends: nobody waits for the rest.
        """
        if isinstance(event, h11.Response) and self._is_last() and CLOSE not in event.headers:
            event = h11.Response(
                status_code=event.status_code,
                headers=[*event.headers.raw_items(), CLOSE],
                reason=event.reason,
            )
        return super().send_with_data_passthrough(event)

    def _check_lines(self) -> None:
        """Raise `h11.RemoteProtocolError` if the head that is being received is not strict."""
        head, end, _ = self.trailing_data[0].partition(b"\r\n\r\n")
        if _LENIENT.search(head + end[:2]):
            raise h11.RemoteProtocolError("a line ends without CR, or is folded")

    def _is_last(self) -> bool:
        self._pipelined = self._pipelined + 1 if self.has_bytes else 0
        return self.their_state is h11.SEND_BODY or self._pipelined > MOST_PIPELINED


def _check_size(request: h11.Request) -> None:
    """Raise `h11.RemoteProtocolError` if the head of *request* is too large (RFC 6585 §5)."""
    _check_fields(request.headers, len(request.target))


def _check_trailers(end: h11.EndOfMessage) -> None:
    """Raise `h11.RemoteProtocolError` if what follows a chunked body is too large."""
    _check_fields(end.headers, 0)


def _check_fields(headers: Headers, size: int) -> None:
    fields = headers.raw_items()
    size += sum(len(name) + len(value) + 4 for name, value in fields)
    if size > LARGEST_HEADERS or len(fields) > MOST_HEADERS:
        raise h11.RemoteProtocolError("headers too large", error_status_hint=TOO_LARGE)


def _check_meaning(request: h11.Request) -> None:
    """Raise `h11.RemoteProtocolError` if *request* can be read in two ways."""
    if request.method != request.method.upper():
        raise h11.RemoteProtocolError("no such method")
    if request.http_version not in {b"1.0", b"1.1"}:
        raise h11.RemoteProtocolError("no such version", error_status_hint=NO_SUCH_VERSION)
    named = _HOST_OF_TARGET.match(request.target)
    if named and [named[1].lower()] != [
        value.lower() for name, value in request.headers if name == b"host"
    ]:
        raise h11.RemoteProtocolError("the target has another host than the header")
