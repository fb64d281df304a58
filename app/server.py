"""Uvicorn's and Quart's edges made safe, and a socket that needs no task of its own.

Uvicorn speaks HTTP and WebSocket; what is changed here says why. It leans on Uvicorn's
internals, so its version is pinned.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from socket import socket
from typing import Any

import h11
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable
from quart import Quart
from quart.asgi import ASGIWebsocketConnection
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from app.domain.allowance import Bucket, full, spend
from app.ws.routes import SOCKET
from app.ws.socket import Listener

log = logging.getLogger(__name__)

HEADERS_S = 5.0
CLOSE_S = 2.0
PING_EVERY_S = 20.0
LARGEST_HEADERS = 16384
PINGS = Bucket(20, 2)
WITHOUT_A_WORD = 1006
FAILED = 1011
NOT_UTF8 = 1007


Drain = Callable[[Callable[[], bool]], Awaitable[None]]
"""Parts from the clients; is given what says whether to hurry."""


class ShopSocket(WebSocketsSansIOProtocol):
    """A websocket that calls a listener back, with no task and no queue between them.

    Until somebody attaches, it is Uvicorn's; the ASGI application may return then, and the
    socket lives on. What is written to it is put on the line at once, as one piece.
    """

    _listener: Listener | None = None
    _failed = False

    def attach(self, listener: Listener) -> None:
        """Serve an accepted socket from now on with *listener*."""
        self._listener = listener
        self._pings = full(PINGS, self.loop.time())

    @property
    def is_full(self) -> bool:
        """Say whether the client has not read what was written before."""
        return not self.writable.is_set()

    @property
    def is_closing(self) -> bool:
        """Say whether nothing can be written any more."""
        return self.close_sent or self.transport.is_closing()

    def write(self, texts: Iterable[bytes]) -> None:
        """Put *texts* on the line, a frame each."""
        if not self.is_closing:
            self.transport.write(b"".join([_frame(text) for text in texts]))

    def pause(self) -> None:
        """Stop reading."""
        if not self.read_paused and not self.transport.is_closing():
            self.read_paused = True
            self.transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        if self.read_paused and not self.transport.is_closing():
            self.read_paused = False
            self.transport.resume_reading()

    def close(self, code: int, reason: str) -> None:
        """Say good-bye with *code*, and hang up once the client has answered, or soon anyway."""
        if self.is_closing:
            return
        if not self._failed:
            self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.stop_keepalive()
        self.resume()
        if self._failed:
            self.transport.write_eof()
        self.close_timer = self.loop.call_later(CLOSE_S, self.transport.abort)

    # What Uvicorn calls

    def handle_connect(self, event: Request) -> None:
        """Let the application find this socket."""
        super().handle_connect(event)
        if self.response.status_code == 101:  # noqa: PLR2004 - Switching Protocols
            self.scope[SOCKET] = self  # type: ignore[literal-required]

    def data_received(self, data: bytes) -> None:
        """Read no more from a client that has broken the protocol."""
        if not self._failed:
            super().data_received(data)

    def send_receive_event_to_app(self) -> None:
        """Hand a whole message to the listener."""
        if self._listener is None:
            super().send_receive_event_to_app()
            return
        data, self.frames = b"".join(self.frames), []
        if self.close_sent:
            return
        if self.curr_msg_data_type == "bytes":
            self._listener.heard_bytes()
            return
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self.conn.fail(NOT_UTF8, "not UTF-8")
            self.handle_parser_exception()
        else:
            self._listener.heard(text)

    def handle_parser_exception(self) -> None:
        """Let what came before the fault be answered; the listener closes then."""
        if self._listener is None:
            super().handle_parser_exception()
            return
        self.handle_events()
        self._failed = True
        broken = self.conn.close_sent
        if broken is not None:
            self._listener.failed(broken.code, broken.reason)

    def handle_ping(self) -> None:
        """Answer, but not to a flood, and not once the closing has begun."""
        if self.conn.close_sent is not None:
            return
        left = spend(self._pings, PINGS, self.loop.time()) if self._listener else None
        if left is None:
            self.transport.abort()
            return
        self._pings = left
        super().handle_ping()

    def resume_writing(self) -> None:
        """Learn that the client has read."""
        super().resume_writing()
        if self._listener is not None:
            self._listener.writable()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the listener, once."""
        super().connection_lost(exc)
        listener, self._listener = self._listener, None
        if listener is not None:
            said = self.conn.close_rcvd
            listener.gone(said.code if said else WITHOUT_A_WORD)

    async def run_asgi(self) -> None:
        """Run the application; if nobody serves the socket when it returns, something failed."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except Exception:
            log.exception("a handshake failed")
            self.send_500_response()
        if self._listener is not None:
            self._forget_handshake()
        elif self.handshake_complete and self.initial_response is None:
            self.close(FAILED, "")
        else:
            self.transport.close()

    def _forget_handshake(self) -> None:
        """Keep no request, scope or headers in memory for an idle socket."""
        del self.scope, self.request, self.response


def _frame(text: bytes) -> bytes:
    """Return *text* as an unmasked text frame (RFC 6455 §5.2)."""
    size = len(text)
    if size < 126:  # noqa: PLR2004 - the largest size that fits into the second byte
        return b"\x81%c%b" % (size, text)
    if size < 1 << 16:
        return b"\x81\x7e%b%b" % (size.to_bytes(2), text)
    return b"\x81\x7f%b%b" % (size.to_bytes(8), text)


class ShopHttp(H11Protocol):
    """HTTP that waits only so long for a request's headers."""

    _headers_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        self._await_headers()

    def data_received(self, data: bytes) -> None:
        """Wait for the rest of the headers, or stop waiting."""
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._await_headers()
        else:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Stop waiting: the connection is another protocol's now."""
        self._stop_waiting()
        super().handle_websocket_upgrade(event)

    def _await_headers(self) -> None:
        if self._headers_timer is None:
            self._headers_timer = self.loop.call_later(HEADERS_S, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._headers_timer is not None:
            self._headers_timer.cancel()
            self._headers_timer = None


class ShopHandshake(ASGIWebsocketConnection):
    """Quart's part in a socket: the handshake, and nothing after it."""

    async def __call__(self, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        """Serve the route; an accepted socket belongs to whom the route attached to it."""
        await receive()
        await self.handle_websocket(self._create_websocket_from_scope(send), send)

    async def accept_connection(
        self, send: ASGISendCallable, headers: Any, subprotocol: str | None
    ) -> None:
        """Accept, and leave the closing to others."""
        await super().accept_connection(send, headers, subprotocol)
        self._closed = True


class ShopServer(Server):
    """Uvicorn, but it parts from its clients before it goes, and ends with success."""

    def __init__(self, config: Config, ready: Callable[[], None], drain: Drain):
        super().__init__(config)
        self._ready = ready
        self._drain = drain

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Say when it is ready."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Stop listening, part from the sockets, and only then shut down."""
        for server in self.servers:
            server.close()
        await self._drain(lambda: self.force_exit)
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ARG002
        """End because of a signal, which is no failure; a second one does not wait."""
        self.force_exit = self.should_exit
        self.should_exit = True


def make_server(
    app: Quart,
    host: str,
    port: int,
    ready: Callable[[], None],
    drain: Drain,
) -> ShopServer:
    """Return a server for *app*: what makes Uvicorn safe is set here and nowhere else."""
    app.asgi_websocket_class = ShopHandshake
    config = Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http=ShopHttp,
        ws=ShopSocket,
        ws_max_size=8192,
        ws_ping_interval=PING_EVERY_S,
        ws_ping_timeout=PING_EVERY_S,
        ws_per_message_deflate=False,
        h11_max_incomplete_event_size=LARGEST_HEADERS,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=10,
    )
    return ShopServer(config, ready, drain)
