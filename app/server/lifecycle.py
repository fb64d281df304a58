"""From start to graceful shutdown: Uvicorn's server, and the settings that make it safe.

It relies on internals of Uvicorn, so its version is pinned.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from socket import socket
from typing import Any

from uvicorn import Config, Server
from uvicorn.config import STARTUP_FAILURE

from app.domain.limits import LARGEST_FRAME
from app.server.acceptor import Acceptor, bind
from app.server.concurrency_limit import ConcurrencyLimit
from app.server.connection_limits import UNLIMITED, ConnectionLimits, Seat
from app.server.health_endpoint import HealthEndpoint
from app.server.http import SAFE_SETTINGS, ShopHttp
from app.server.request_limit import RequestLimit
from app.server.websocket import ShopSocket

log = logging.getLogger(__name__)

PING_EVERY_S = 20.0
"""How often a websocket is pinged, and how long a client has to answer."""

NOTICE_STEP_S = 0.05

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
        limits: ConnectionLimits,
    ):
        super().__init__(config)
        self._limits = limits
        self._acceptors: list[Acceptor] = []
        self._ready = ready
        self._drain = drain
        self._health = health

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Listen, and call *ready*. Uvicorn's server only binds: `Acceptor` accepts."""
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            raise SystemExit(STARTUP_FAILURE)
        try:
            await self._bind(sockets or [None])
        except OSError as error:
            log.error("the shop cannot listen: %s", error)  # noqa: TRY400 - not a fault of ours
            await self.lifespan.shutdown()
            raise SystemExit(STARTUP_FAILURE) from None
        self._acceptors = [
            Acceptor(server, self._limits, self._new_connection) for server in self.servers
        ]
        self.started = True
        self._ready()

    async def _bind(self, sockets: Sequence[socket | None]) -> None:
        where = self.config.host, self.config.port
        self.servers = [await bind(*where, each) for each in sockets]
        if self._health:
            await self._health.listen()

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Drain the websockets, stop listening, and only then shut down.

        Nothing that fails on the way keeps the rest from ending: unsaved carts are saved last.
        """
        await self._wait_for_notice()
        draining = asyncio.ensure_future(self._drain(lambda: self.force_exit))
        await asyncio.sleep(0)  # the clients are told before the address closes
        for acceptor in self._acceptors:
            acceptor.close()
        try:
            await draining
        except Exception:
            log.exception("the websockets were not drained")
        if self._health:
            self._health.close()
        await super().shutdown(sockets)

    async def _wait_for_notice(self) -> None:
        """Serve on until load balancers have seen that this server leaves, or a second signal."""
        notice_s = self._health.notice_s if self._health else 0.0
        for _ in range(int(notice_s / NOTICE_STEP_S)):
            if not self.force_exit:
                await asyncio.sleep(NOTICE_STEP_S)

    def _new_connection(self, seat: Seat) -> ShopHttp:
        return ShopHttp(self.config, self.server_state, self.lifespan.state, seat)

    def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ARG002
        """Shut down after a signal, with success; a second signal ends the drain."""
        self.force_exit = self.should_exit
        self.should_exit = True
        if self._health:
            self._health.leave()


def make_server(  # noqa: PLR0913 - each is a part of the server
    app: Any,
    host: str,
    port: int,
    ready: Callable[[], None],
    drain: Drain,
    *,
    proxies: str = "",
    health: HealthEndpoint | None = None,
    limits: ConnectionLimits | None = None,
) -> ShopServer:
    """Return a server for *app*, an ASGI application.

    *proxies* are the addresses of reverse proxies, whose `X-Forwarded-…` headers are believed.
    """
    limits = limits or ConnectionLimits(UNLIMITED, UNLIMITED, proxies)
    fair = ConcurrencyLimit(app, limits)
    config = Config(
        RequestLimit(fair, limits) if proxies else fair,
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
    return ShopServer(config, ready, drain, health, limits)
