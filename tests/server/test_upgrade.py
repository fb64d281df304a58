"""Handshakes read in one piece, and those that are left to the libraries."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from app.server.lifecycle import make_server
from app.server.upgrade import read_upgrade
from app.ws.handshake_request import Receive, Scope, Send
from app.ws.routes import SOCKET
from tests.server.test_lifecycle import FailingListener

KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
"""The key of RFC 6455 §1.3, and what it is to be answered with."""
ACCEPT = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
FIELDS = {
    b"Host": b"shop.example",
    b"Upgrade": b"websocket",
    b"Connection": b"Upgrade",
    b"Sec-WebSocket-Key": KEY,
    b"Sec-WebSocket-Version": b"13",
    b"Sec-WebSocket-Protocol": b"shop.cart.v2, shop.cart",
    b"Cookie": b"mood=good; shop=a.b.c",
    b"User-Agent": b"caf\xe9 \t 1",
    b"X-Empty": b"",
}


def head(
    changes: dict[bytes, bytes | None] | None = None,
    line: bytes = b"GET /ws%2F?a=b%20c HTTP/1.1",
    end: bytes = b"\r\n",
) -> bytes:
    """Return the head of a handshake; `None` leaves a field out."""
    fields = FIELDS | (changes or {})
    rows = [b"%b: %b" % (name, value) for name, value in fields.items() if value is not None]
    return b"\r\n".join([line, *rows, b""]) + end


class Recorder:
    """An ASGI application that keeps the scope of a handshake, and accepts or refuses it."""

    def __init__(self, *, accepts: bool) -> None:
        self.scopes: list[dict[str, Any]] = []
        self._accepts = accepts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a handshake."""
        assert scope["type"] == "websocket"
        assert await receive() == {"type": "websocket.connect"}
        self.scopes.append({name: value for name, value in scope.items() if name != SOCKET})
        if self._accepts:
            await send({"type": "websocket.accept", "subprotocol": "shop.cart"})
            scope[SOCKET].attach(FailingListener())
        else:
            await send({"type": "websocket.http.response.start", "status": 421, "headers": []})
            await send({"type": "websocket.http.response.body", "body": b""})


@asynccontextmanager
async def serving(app: Recorder) -> AsyncIterator[int]:
    """Serve *app*; yield the port."""

    async def drain(_: object) -> None:
        await asyncio.sleep(0)

    ready = asyncio.Event()
    server = make_server(app, "127.0.0.1", 0, ready.set, drain)
    task = asyncio.create_task(server.serve())
    await ready.wait()
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


async def answer(port: int, *pieces: bytes) -> list[bytes]:
    """Return the sorted lines of the response to a request in *pieces*, without its date."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(0.05)
    lines = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
    writer.close()
    await writer.wait_closed()
    return sorted(line.lower() for line in lines if not line.lower().startswith(b"date:"))


@pytest.mark.parametrize("accepts", [True, False])
async def test_a_handshake_in_one_piece_is_read_and_answered_as_one_in_two_pieces(
    *, accepts: bool
) -> None:
    app, whole = Recorder(accepts=accepts), head()
    assert read_upgrade(whole)

    async with serving(app) as port:
        at_once = await answer(port, whole)
        by_and_by = await answer(port, whole[:40], whole[40:])

    one, other = app.scopes
    ports = one.pop("client")[1], other.pop("client")[1]
    assert ports[0] != ports[1]
    assert one == other
    assert at_once == by_and_by
    assert (b"sec-websocket-accept: " + ACCEPT.lower() in at_once) is accepts


@pytest.mark.parametrize(
    "fields",
    [
        {b"Upgrade": b"WebSocket"},
        {b"Connection": b"keep-alive, Upgrade"},
        {b"Sec-WebSocket-Protocol": None},
        {b"Cookie": None},
    ],
    ids=str,
)
def test_a_usual_handshake_is_read(fields: dict[bytes, bytes | None]) -> None:
    read = read_upgrade(head(fields))

    assert read
    assert (read.target, read.key) == ("/ws%2F?a=b%20c", KEY.decode())
    given = {name: value for name, value in (FIELDS | fields).items() if value is not None}
    assert read.headers == [(name.lower(), value) for name, value in given.items()]


UNUSUAL = {
    "not complete": head()[:-1],
    "with a frame behind it": head(end=b"\r\n\x81"),
    "another method": head(line=b"POST /ws HTTP/1.1"),
    "another version": head(line=b"GET /ws HTTP/1.0"),
    "no path": head(line=b"GET http://shop.example/ws HTTP/1.1"),
    "a space in the path": head(line=b"GET /w s HTTP/1.1"),
    "no host": head({b"Host": None}),
    "two hosts": head({b"host": b"evil.example"}),
    "two origins": head({b"Origin": b"null", b"origin": b"null"}),
    "no upgrade": head({b"Upgrade": None}),
    "another upgrade": head({b"Upgrade": b"h2c"}),
    "a connection that stays": head({b"Connection": b"keep-alive"}),
    "no key": head({b"Sec-WebSocket-Key": None}),
    "a short key": head({b"Sec-WebSocket-Key": b"AAAA"}),
    "another version of websockets": head({b"Sec-WebSocket-Version": b"8"}),
    "a body": head({b"Content-Length": b"3"}),
    "chunks": head({b"Transfer-Encoding": b"chunked"}),
    "a name with a space": head({b"X ": b"y"}),
    "a folded line": head({b"X": b"y\r\n z"}),
    "a bare line feed": head({b"X": b"y\nZ: z"}),
    "a bare carriage return": head({b"X": b"y\rz"}),
    "a null character": head({b"X": b"\0"}),
    "a long head": head({b"X": b"y" * 8000}),
    "many fields": head({b"X-%d" % number: b"" for number in range(60)}),
    "no field": b"GET /ws HTTP/1.1\r\n\r\n",
    "nothing": b"",
}


@pytest.mark.parametrize("data", UNUSUAL.values(), ids=UNUSUAL)
def test_an_unusual_request_is_left_to_the_libraries(data: bytes) -> None:
    assert read_upgrade(data) is None


async def test_an_unfinished_handshake_has_to_be_finished_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.server.http.HEADERS_S", 0.1)
    async with serving(Recorder(accepts=True)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head()[:-2])

        assert await asyncio.wait_for(reader.read(), 60) == b""
        writer.close()
        await writer.wait_closed()


async def test_an_open_websocket_outlives_the_deadline_of_its_handshake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.server.http.HEADERS_S", 0.1)
    async with serving(Recorder(accepts=True)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head())
        await reader.readuntil(b"\r\n\r\n")

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.3)
        writer.close()
        await writer.wait_closed()
