"""Uvicorn's and Quart's edges made safe; what is changed here says why.

It leans on Uvicorn's internals, so its version is pinned. The socket is in `ws/line.py`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from socket import socket
from typing import Any

import h11
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable
from quart import Quart
from quart.asgi import ASGIWebsocketConnection
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from app.http.core.security import HEADERS
from app.server.health import Health
from app.server.websocket import ShopSocket

HEADERS_S = 5.0
PING_EVERY_S = 20.0
LARGEST_HEADERS = 16384
_CAREFUL: dict[str, Any] = {
    "h11_max_incomplete_event_size": LARGEST_HEADERS,
    "server_header": False,
    "access_log": False,
    "log_config": None,
}
Drain = Callable[[Callable[[], bool]], Awaitable[None]]
"""Parts from the clients; is given what says whether to hurry."""


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

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, with the headers that every answer has."""
        named = {**HEADERS, "Content-Type": "text/plain; charset=utf-8", "Connection": "close"}
        headers = [(name.encode(), value.encode()) for name, value in named.items()]
        head = h11.Response(status_code=400, headers=headers, reason=b"Bad Request")
        for event in (head, h11.Data(data=msg.encode()), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event))
        self.transport.close()

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


@dataclass(frozen=True, slots=True)
class Watch:
    """Where those listen who watch over the shop, and what they are answered."""

    host: str
    port: int
    health: Health


class ShopServer(Server):
    """Uvicorn, but it parts from its clients before it goes, and ends with success.

    If there is a *watch*, its address is open until the clients are gone.
    """

    def __init__(
        self, config: Config, ready: Callable[[], None], drain: Drain, watch: Watch | None
    ):
        super().__init__(config)
        self._ready = ready
        self._drain = drain
        self._watch = watch
        self._watching: ServerState = ServerState()
        self._watch_server: asyncio.Server | None = None

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Say when it is ready."""
        await super().startup(sockets)
        if self._watch:
            await self._listen_aside(self._watch)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Stop listening, part from the sockets, and only then shut down."""
        for server in self.servers:
            server.close()
        await self._drain(lambda: self.force_exit)
        self._close_aside()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ARG002
        """End because of a signal, which is no failure; a second one does not wait."""
        self.force_exit = self.should_exit
        self.should_exit = True
        if self._watch:
            self._watch.health.leave()

    async def _listen_aside(self, watch: Watch) -> None:
        """Serve the other address in the same loop, with the same care for slow clients."""
        config = Config(
            watch.health,
            http=ShopHttp,
            ws="none",
            lifespan="off",
            proxy_headers=False,
            **_CAREFUL,
        )
        config.load()
        self._watch_server = await asyncio.get_running_loop().create_server(
            lambda: ShopHttp(config, self._watching, {}), watch.host, watch.port
        )

    def _close_aside(self) -> None:
        if self._watch_server:
            self._watch_server.close()
            for connection in tuple(self._watching.connections):
                connection.shutdown()


def make_server(  # noqa: PLR0913 - each is a part of the server
    app: Quart,
    host: str,
    port: int,
    ready: Callable[[], None],
    drain: Drain,
    *,
    proxies: str = "",
    watch: Watch | None = None,
) -> ShopServer:
    """Return a server for *app*: what makes Uvicorn safe is set here and nowhere else.

    *proxies* are the addresses of those who are believed when they say for whom they ask.
    """
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
        timeout_graceful_shutdown=10,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        **_CAREFUL,
    )
    return ShopServer(config, ready, drain, watch)
