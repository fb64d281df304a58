"""The address for monitoring, beside the public one."""

import asyncio

from uvicorn import Config
from uvicorn.server import ServerState

from app.server.health import Health
from app.server.http import SAFE_SETTINGS, ShopHttp


class HealthEndpoint:
    """Serves *health* at an address of its own, in the event loop of the server that it is about.

    It is open until the server's clients are gone, so that a drain can be observed.
    """

    def __init__(self, host: str, port: int, health: Health):
        self._host = host
        self._port = port
        self._health = health
        self._state = ServerState()
        self._server: asyncio.Server | None = None

    async def listen(self) -> None:
        """Open the address; raises `OSError` if it is in use."""
        config = Config(
            self._health,
            http=ShopHttp,
            ws="none",
            lifespan="off",
            proxy_headers=False,
            **SAFE_SETTINGS,
        )
        config.load()
        self._server = await asyncio.get_running_loop().create_server(
            lambda: ShopHttp(config, self._state, {}), self._host, self._port
        )

    def leave(self) -> None:
        """Answer from now on that the server is not ready, because it is about to end."""
        self._health.leave()

    def close(self) -> None:
        """Close the address and its connections."""
        if self._server:
            self._server.close()
            for connection in tuple(self._state.connections):
                connection.shutdown()
