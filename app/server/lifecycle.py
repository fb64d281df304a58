"""From start to graceful shutdown: Uvicorn's server, and the settings that make it safe.

It relies on internals of Uvicorn, so its version is pinned.
"""

from collections.abc import Awaitable, Callable
from socket import socket
from typing import Any

from quart import Quart
from uvicorn import Config, Server

from app.domain.limits import LARGEST_FRAME
from app.server.handshake import ShopHandshake
from app.server.health_endpoint import HealthEndpoint
from app.server.http import SAFE_SETTINGS, ShopHttp
from app.server.websocket import ShopSocket

PING_EVERY_S = 20.0
"""How often a websocket is pinged, and how long a client has to answer."""

Drain = Callable[[Callable[[], bool]], Awaitable[None]]
"""Sends the clients away; is given a function that says whether to hurry."""


class ShopServer(Server):
    """Uvicorn's server, but it drains its websockets before it ends, and a signal is no failure.

    The health endpoint, if there is one, is open until the drain is over.
    """

    def __init__(
        self,
        config: Config,
        ready: Callable[[], None],
        drain: Drain,
        health: HealthEndpoint | None,
    ):
        super().__init__(config)
        self._ready = ready
        self._drain = drain
        self._health = health

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Listen, and call *ready*."""
        await super().startup(sockets)
        if self._health:
            await self._health.listen()
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Stop listening, drain the websockets, and only then shut down."""
        for server in self.servers:
            server.close()
        await self._drain(lambda: self.force_exit)
        if self._health:
            self._health.close()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ARG002
        """Shut down after a signal, with success; a second signal ends the drain."""
        self.force_exit = self.should_exit
        self.should_exit = True
        if self._health:
            self._health.leave()


def make_server(  # noqa: PLR0913 - each is a part of the server
    app: Quart,
    host: str,
    port: int,
    ready: Callable[[], None],
    drain: Drain,
    *,
    proxies: str = "",
    health: HealthEndpoint | None = None,
) -> ShopServer:
    """Return a server for *app*.

    *proxies* are the addresses of reverse proxies, whose `X-Forwarded-…` headers are believed.
    """
    app.asgi_websocket_class = ShopHandshake
    config = Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http=ShopHttp,
        ws=ShopSocket,
        ws_max_size=LARGEST_FRAME,
        ws_ping_interval=PING_EVERY_S,
        ws_ping_timeout=PING_EVERY_S,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=10,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        **SAFE_SETTINGS,
    )
    return ShopServer(config, ready, drain, health)
