"""No client keeps a connection for longer than the state that it is in allows (CWE-772)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from app.server.connection_limits import ConnectionLimits
from app.server.lifecycle import ShopServer, make_server
from app.ws.handshake_request import Receive, Scope, Send
from app.ws.routes import SOCKET
from app.ws.socket import AcceptedSocket
from tests.e2e.held import Kind, kinds
from tests.server.test_lifecycle import FailingListener

HOST = "shop.example"
SHORT_S = 0.4
TIMEOUT_S, POLL_S = 60, 0.02
KINDS = kinds(HOST)
LARGE = b"x" * 400_000
DEADLINES = ("http.IDLE_S", "http.HEADERS_S", "http.BODY_S")
CLOSING = ("deadline_transport.UNREAD_S", "deadline_transport.LINGER_S", "websocket.CLOSE_S")
ANSWERED = {
    "the body of an answered GET": b"200",
    "the body of a POST": b"408",
    "a handshake with 130 headers": b"431",
    "a handshake with a line of 9 kB": b"101",
    "a handshake with a body": b"400",
    "600 GETs whose answers are not read": b"200",
    "endless chunks on a GET": b"200",
}


class Shop:
    """An ASGI application: it reads what is posted, and answers a GET without reading it."""

    def __init__(self) -> None:
        self.answered = 0
        self.ended = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            scope[SOCKET].attach(ClosingListener(scope[SOCKET]))
        elif scope["method"] == "POST" and not await _read(receive):
            return
        else:
            body = LARGE if scope["path"] == "/large" else b"hello"
            length = (b"content-length", str(len(body)).encode())
            await send({"type": "http.response.start", "status": 200, "headers": [length]})
            await send({"type": "http.response.body", "body": body})
            self.answered += 1

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.ended = True
        await send({"type": "lifespan.shutdown.complete"})


class ClosingListener(FailingListener):
    """Closes at a protocol error, as the shop does."""

    def __init__(self, socket: AcceptedSocket):
        self._socket = socket

    def on_protocol_error(self, code: int, reason: str) -> None:
        self._socket.close(code, reason)


async def _read(receive: Receive) -> bool:
    """Read a body; say whether it came."""
    while (message := await receive())["type"] == "http.request":
        if not message["more_body"]:
            return True
    return False


class Running:
    """A server, and the application in it."""

    def __init__(self, limits: ConnectionLimits, proxies: str = ""):
        self.app = Shop()
        self.limits = limits
        self._ready = asyncio.Event()
        self.server: ShopServer = make_server(
            self.app, "127.0.0.1", 0, self._ready.set, _no_drain, proxies=proxies, limits=limits
        )
        self._task: asyncio.Task[None] | None = None
        self._clients: list[Client] = []

    @property
    def open(self) -> int:
        """How many connections are open."""
        return len(self.server.server_state.connections)

    async def start(self) -> None:
        """Listen."""
        self._task = asyncio.create_task(self.server.serve())
        await self._ready.wait()

    async def end(self) -> None:
        """Shut down."""
        assert self._task
        self.server.should_exit = True
        await self._task

    async def connect(self, text: bytes = b"") -> "Client":
        """Connect, and send *text*."""
        port = self.server.servers[0].sockets[0].getsockname()[1]
        client = Client(*await asyncio.open_connection("127.0.0.1", port))
        client.writer.write(text)
        self._clients.append(client)
        return client

    async def disconnect(self) -> None:
        """Abort all clients."""
        for client in self._clients:
            client.writer.transport.abort()
        await asyncio.sleep(0)

    async def wait_until_open(self, count: int) -> None:
        """Wait until *count* connections are open."""
        for _ in range(int(TIMEOUT_S / POLL_S)):
            if self.open == count:
                return
            await asyncio.sleep(POLL_S)
        raise TimeoutError


class Client:
    """A connection to it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.reader = reader
        self.writer = writer

    async def all(self) -> bytes:
        """Read to the end, also if the connection is reset there."""
        received = b""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                while piece := await self.reader.read(65536):
                    received += piece
        except ConnectionError:
            pass
        self.writer.transport.abort()
        return received

    async def head(self) -> bytes:
        """Read the headers of an answer."""
        async with asyncio.timeout(TIMEOUT_S):
            return await self.reader.readuntil(b"\r\n\r\n")

    async def drip(self, data: bytes) -> None:
        """Send *data* repeatedly for as long as the connection is open."""
        while not self.writer.transport.is_closing():
            await asyncio.sleep(0.05)
            self.writer.write(data)


async def _no_drain(_is_forced: object) -> None:
    """Drain nothing."""


@asynccontextmanager
async def running(
    limits: ConnectionLimits | None = None, proxies: str = ""
) -> AsyncIterator[Running]:
    """Run a server inside this context."""
    server = Running(limits or ConnectionLimits(1000, 1000), proxies)
    try:
        await server.start()
        yield server
    finally:
        await server.end()
        await server.disconnect()


@pytest.fixture(autouse=True)
def short_deadlines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten all deadlines."""
    for name in (*DEADLINES, *CLOSING):
        monkeypatch.setattr(f"app.server.{name}", SHORT_S)


@pytest.mark.parametrize(("name", "status"), ANSWERED.items(), ids=list(ANSWERED))
async def test_a_held_connection_is_answered_and_then_closed(name: str, status: bytes) -> None:
    kind: Kind = KINDS[name]
    async with running() as server:
        client = await server.connect(kind.first)
        dripping = asyncio.create_task(client.drip(kind.drip))

        received = await client.all()

        assert received.startswith(b"HTTP/1.1 " + status)
        await server.wait_until_open(0)
        dripping.cancel()


@pytest.mark.parametrize("name", KINDS)
async def test_a_held_connection_whose_client_reads_nothing_is_closed(name: str) -> None:
    async with running() as server:
        client = await server.connect(KINDS[name].first)
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await server.wait_until_open(1)
        dripping = asyncio.create_task(client.drip(KINDS[name].drip))

        await server.wait_until_open(0)

        dripping.cancel()


async def test_a_large_answer_that_is_not_read_ends_the_connection() -> None:
    async with running() as server:
        client = await server.connect(_get("/large") * 4)
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await server.wait_until_open(1)

        await server.wait_until_open(0)

        assert server.app.answered <= 5


async def test_a_client_that_reads_slowly_gets_all_of_a_large_answer() -> None:
    async with running() as server:
        client = await server.connect(_get("/large", b"Connection: close\r\n"))
        received = 0
        while piece := await client.reader.read(8192):
            received += len(piece)
            await asyncio.sleep(SHORT_S / 10)

        assert received > len(LARGE)


async def test_600_requests_sent_at_once_are_answered_up_to_a_bound() -> None:
    async with running() as server:
        client = await server.connect(_get("/") * 600)

        received = await client.all()

        assert received.count(b"HTTP/1.1 200") == server.app.answered == 5
        assert received.count(b"connection: close") == 1


async def test_requests_one_after_the_other_keep_their_connection() -> None:
    async with running() as server:
        client = await server.connect()
        for _ in range(20):
            client.writer.write(_get("/"))
            assert b"close" not in await client.head()
            await client.reader.readexactly(5)


async def test_an_answer_is_not_lost_because_the_client_is_still_sending() -> None:
    async with running() as server:
        client = await server.connect(KINDS["endless chunks on a GET"].first)
        client.writer.write(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")
        client.writer.write((b"1000\r\n" + b"x" * 0x1000 + b"\r\n") * 50)

        assert (await client.all()).endswith(b"hello")


HEADERS = {
    "in number": b"".join(b"X-%d: x\r\n" % number for number in range(110)),
    "in size": b"".join(b"X-%d: %b\r\n" % (number, b"x" * 6000) for number in range(10)),
}


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
async def test_too_many_headers_are_refused_also_if_all_come_at_once(headers: bytes) -> None:
    async with running() as server:
        client = await server.connect(_get("/", headers))

        assert (await client.all()).startswith(b"HTTP/1.1 431 ")
        assert server.app.answered == 0


async def test_a_frame_before_the_answer_to_its_handshake_ends_the_connection() -> None:
    async with running() as server:
        handshake = KINDS["a handshake with a line of 9 kB"].first
        client = await server.connect(handshake + b"\x81\x80\0\0\0\0")

        assert (await client.all()).startswith(b"HTTP/1.1 400 ")


async def test_an_idle_connection_is_closed_without_being_counted() -> None:
    async with running() as server:
        client = await server.connect(_get("/"))

        assert (await client.all()).endswith(b"hello")
        assert sum(server.limits.ended.values()) == 0


async def test_a_websocket_that_closes_and_reads_nothing_is_cut_off() -> None:
    async with running() as server:
        client = await server.connect(KINDS["a handshake with a line of 9 kB"].first)
        await client.head()
        (socket,) = server.server.server_state.connections
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        for _ in range(200):
            socket.transport.write(b"x" * 65536)
        client.writer.write(b"\x88\x80\0\0\0\0")

        await server.wait_until_open(0)


@pytest.mark.parametrize("name", KINDS)
async def test_a_held_connection_keeps_no_server_from_ending(
    name: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for deadline in (*DEADLINES, "deadline_transport.UNREAD_S"):
        monkeypatch.setattr(f"app.server.{deadline}", TIMEOUT_S)
    monkeypatch.setattr("app.server.http.LAST_S", SHORT_S)
    async with running() as server:
        client = await server.connect(KINDS[name].first)
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await server.wait_until_open(1)
        await asyncio.sleep(0.1)

    assert server.app.ended
    assert "Error" not in caplog.text
    assert "exceeded" not in caplog.text


async def test_a_connection_that_fails_to_end_keeps_no_other_from_ending(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: object) -> None:
        raise ZeroDivisionError

    for protocol in (H11Protocol, WebSocketsSansIOProtocol):
        monkeypatch.setattr(protocol, "shutdown", fail)
    async with running() as server:
        clients = [
            await server.connect(first)
            for first in (b"", KINDS["a handshake with a line of 9 kB"].first)
        ]
        await clients[1].head()

    assert server.app.ended
    assert server.open == 0
    assert caplog.text.count("did not shut down") == 2


def _get(path: str, headers: bytes = b"") -> bytes:
    return b"GET %b HTTP/1.1\r\nHost: shop.example\r\n%b\r\n" % (path.encode(), headers)
