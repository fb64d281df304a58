"""The server: failing websockets, clients that answer no ping, and safe settings."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app.server import lifecycle
from app.server.acceptor import VANISHED_MS, Acceptor, bind
from app.server.connection_limits import UNLIMITED, ConnectionLimits
from app.server.health import Health, Readiness
from app.server.health_endpoint import HealthEndpoint
from app.server.http import ShopHttp
from app.server.lifecycle import ShopServer, make_server
from app.ws.handshake_request import Receive, Scope, Send
from app.ws.routes import SOCKET

HEAD = b"""GET /ws HTTP/1.1\r
Host: localhost\r
Upgrade: websocket\r
Connection: Upgrade\r
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
Sec-WebSocket-Version: 13\r
\r
"""
A_PING = b"\x89"
TIMEOUT_S = 60


class FakeHealth(Health):
    """Notes when it stops being ready."""

    def __init__(self, steps: list[str]) -> None:
        super().__init__(str, Readiness(asyncio.Event().wait))
        self._steps = steps

    def leave(self) -> None:
        """Note it."""
        self._steps.append("is not ready")


class FailingListener:
    """A websocket listener that raises an error at the message “fail”."""

    def on_text(self, data: bytes) -> None:
        if data == b"fail":
            raise ZeroDivisionError("for the log only")

    def on_binary(self) -> None: ...

    def on_protocol_error(self, code: int, reason: str) -> None: ...

    def on_writable(self) -> None: ...

    def on_close(self, code: int) -> None: ...


async def failing_app(scope: Scope, receive: Receive, send: Send) -> None:
    """Attach a listener that can fail, or fail at once."""
    assert scope["type"] == "websocket"
    await receive()
    await send({"type": "websocket.accept"})
    if scope["path"] == "/broken":
        raise ZeroDivisionError("for the log only")
    scope[SOCKET].attach(FailingListener())


@asynccontextmanager
async def running_server() -> AsyncIterator[int]:
    """Run a server with the app of `make_app`; yield its port."""
    ready = asyncio.Event()
    serving = make_server(failing_app, "127.0.0.1", 0, ready.set, _no_drain)
    task = asyncio.create_task(serving.serve())
    await ready.wait()
    try:
        yield serving.servers[0].sockets[0].getsockname()[1]
    finally:
        serving.should_exit = True
        await task


async def _no_drain(_is_forced: object) -> None:
    """Drain nothing."""


async def send_and_wait(socket: ClientConnection, word: str) -> None:
    """Send a message, and wait for the next one."""
    await socket.send(word)
    await socket.recv()


@pytest.mark.parametrize(("path", "word"), [("/ws", "fail"), ("/broken", "anything")])
async def test_a_failing_websocket_is_closed_with_1011(
    caplog: pytest.LogCaptureFixture, path: str, word: str
) -> None:
    async with running_server() as port, connect(f"ws://127.0.0.1:{port}{path}") as failing:
        with pytest.raises(ConnectionClosed) as closed:
            await send_and_wait(failing, word)

    assert closed.value.rcvd
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1011, "")
    assert "ZeroDivisionError" in caplog.text


async def test_a_failing_websocket_leaves_others_open() -> None:
    async with running_server() as port:
        address = f"ws://127.0.0.1:{port}/ws"
        async with connect(address) as other, connect(address) as failing:
            await failing.send("fail")
            await failing.wait_closed()

            await asyncio.wait_for(await other.ping(), TIMEOUT_S)


async def test_a_client_that_answers_no_ping_is_disconnected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lifecycle, "PING_EVERY_S", 0.1)
    async with running_server() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEAD)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")

        received = await asyncio.wait_for(reader.read(), TIMEOUT_S)

        assert received.startswith(A_PING)
        writer.close()


async def test_clients_are_told_of_a_drain_while_the_address_is_open_and_proxies_before() -> None:
    steps: list[str] = []

    async def drain(_is_forced: object) -> None:
        steps.append("drains")
        steps.append("is open" if any(one.fileno() >= 0 for one in sockets) else "is closed")

    ready, health = asyncio.Event(), HealthEndpoint("127.0.0.1", 0, FakeHealth(steps), 0.2)
    server = make_server(failing_app, "127.0.0.1", 0, ready.set, drain, health=health)
    task = asyncio.create_task(server.serve())
    await ready.wait()
    sockets = [socket for one in server.servers for socket in one.sockets]
    began_s = asyncio.get_running_loop().time()

    server.handle_exit(signal.SIGTERM, None)
    await task

    assert steps == ["is not ready", "drains", "is open"]
    assert asyncio.get_running_loop().time() - began_s > health.notice_s


def test_a_vanished_client_is_noticed_within_45_seconds() -> None:
    config = make_test_server().config

    assert (config.ws_ping_interval or 0) + (config.ws_ping_timeout or 0) <= 45


async def test_a_vanished_client_that_only_reads_is_noticed_by_the_kernel() -> None:
    limits = ConnectionLimits(UNLIMITED, UNLIMITED)
    opened: asyncio.Future[asyncio.Transport] = asyncio.get_running_loop().create_future()

    class Opened(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            opened.set_result(transport)

    server = await bind("127.0.0.1", 0)
    acceptor = Acceptor(server, limits, lambda _: Opened())
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    transport = await opened
    accepted = transport.get_extra_info("socket")

    timeout_ms = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)

    assert timeout_ms == VANISHED_MS <= 45_000
    for each in (transport, writer.transport):
        each.abort()
    acceptor.close()


def test_the_settings_that_make_uvicorn_safe_are_set() -> None:
    config = make_test_server().config

    assert (config.ws_max_size, config.ws_per_message_deflate) == (8192, False)
    assert (config.proxy_headers, config.server_header) == (False, False)
    assert config.h11_max_incomplete_event_size == 16384
    assert config.http is ShopHttp


def make_test_server() -> ShopServer:
    return make_server(failing_app, "127.0.0.1", 0, lambda: None, _no_drain)
