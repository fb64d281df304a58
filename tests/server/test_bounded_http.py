"""Requests that could be read in two ways are refused, however their bytes arrive."""

import h11
import pytest

from app.server.bounded_http import (
    BAD_REQUEST,
    MOST_HEADERS,
    NO_SUCH_VERSION,
    TOO_LARGE,
    BoundedConnection,
)

WAITING = (h11.NEED_DATA, h11.PAUSED)

HOST = b"Host: shop.example\r\n"
CHUNKED = b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n"
REFUSED = {
    "only LF": (b"GET / HTTP/1.1\nHost: shop.example\n\n", BAD_REQUEST),
    "a header after LF": (
        b"POST / HTTP/1.1\r\n" + HOST + b"X: y\nTransfer-Encoding: chunked\r\n\r\n",
        BAD_REQUEST,
    ),
    "an end after LF": (b"GET / HTTP/1.1\r\n" + HOST + b"\nGET /x HTTP/1.1\r\n\r\n", BAD_REQUEST),
    "a folded header": (
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding:\r\n chunked\r\n\r\n",
        BAD_REQUEST,
    ),
    "a folded first header": (b"GET / HTTP/1.1\r\n X: y\r\n" + HOST + b"\r\n", BAD_REQUEST),
    "HTTP/2.0": (b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", NO_SUCH_VERSION),
    "the preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", NO_SUCH_VERSION),
    "HTTP/1.2": (b"GET / HTTP/1.2\r\n" + HOST + b"\r\n", NO_SUCH_VERSION),
    "a method in lower case": (b"get / HTTP/1.1\r\n" + HOST + b"\r\n", BAD_REQUEST),
    "another host in the target": (
        b"GET http://evil.example/ HTTP/1.1\r\n" + HOST + b"\r\n",
        BAD_REQUEST,
    ),
    "a user in the target": (
        b"GET http://evil@shop.example/ HTTP/1.1\r\n" + HOST + b"\r\n",
        BAD_REQUEST,
    ),
    "a long trailer": (CHUNKED + b"\r\n0\r\nX: " + b"x" * 17_000 + b"\r\n\r\n", TOO_LARGE),
    "many trailers": (
        CHUNKED + b"\r\n0\r\n" + b"X: x\r\n" * (MOST_HEADERS + 1) + b"\r\n",
        TOO_LARGE,
    ),
}
READ = {
    "a request": b"GET / HTTP/1.1\r\n" + HOST + b"\r\n",
    "a URL with our host": b"GET http://Shop.example/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "a body with line ends": (
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 7\r\n\r\n\n a\r\n\n b"
    ),
    "HTTP/1.0": b"GET / HTTP/1.0\r\n" + HOST + b"\r\n",
}


def events(connection: BoundedConnection, data: bytes, size: int) -> list[object]:
    """Return what *connection* reads in *data*, which comes in pieces of *size* bytes."""
    found: list[object] = []
    for start in range(0, len(data), size):
        connection.receive_data(data[start : start + size])
        while (event := connection.next_event()) not in WAITING:
            found.append(event)
    return found


@pytest.mark.parametrize("size", [7, 1_000_000])
@pytest.mark.parametrize(("data", "status"), REFUSED.values(), ids=REFUSED)
def test_what_can_be_read_in_two_ways_is_refused(data: bytes, status: int, size: int) -> None:
    connection = BoundedConnection()

    with pytest.raises(h11.RemoteProtocolError):
        events(connection, data, size)

    assert connection.refusal == status


@pytest.mark.parametrize("size", [1, 1_000_000])
@pytest.mark.parametrize("data", READ.values(), ids=READ)
def test_what_can_be_read_in_one_way_is_read(data: bytes, size: int) -> None:
    first, *_, last = events(BoundedConnection(), data, size)

    assert isinstance(first, h11.Request)
    assert isinstance(last, h11.EndOfMessage)
