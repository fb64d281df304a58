"""The address for monitoring, beside the public one."""

from uvicorn import Config
from uvicorn.server import ServerState

from app.server.acceptor import Acceptor, bind
from app.server.connection_limits import ConnectionLimits
from app.server.health import Health
from app.server.http import SAFE_SETTINGS, ShopHttp

MOST_CONNECTIONS = 64


class HealthEndpoint:
    """Serves *health* at an address of its own, in the event loop of the server that it is about.

    It is open until the server's clients are gone, so that a drain can be observed. For *notice_s*
    it says that the server is not ready while everybody is still served: so load balancers send
    newcomers elsewhere before the server stops listening, and nobody is refused.
    """

    def __init__(self, host: str, port: int, health: Health, notice_s: float = 0.0):
        self.notice_s = notice_s
        self._host = host
        self._port = port
        self._health = health
        self._state = ServerState()
        self._limits = ConnectionLimits(MOST_CONNECTIONS, MOST_CONNECTIONS)
        self._acceptor: Acceptor | None = None

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
        server = await bind(self._host, self._port)
        self._acceptor = Acceptor(
            server, self._limits, lambda seat: ShopHttp(config, self._state, {}, seat)
        )

    def leave(self) -> None:
        """Answer from now on that the server is not ready, because it is about to end."""
        self._health.leave()

    def close(self) -> None:
        """Close the address and its connections."""
        if self._acceptor:
            self._acceptor.close()
            for connection in tuple(self._state.connections):
                connection.shutdown()
