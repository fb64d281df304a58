"""A wire over a websocket."""

from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.connection import broadcast
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State
from websockets.typing import Subprotocol

from app.client.backoff import RetryPolicy
from app.client.request import Site
from app.client.wire import WireClosed
from app.domain.accounts import AccountId

SUBPROTOCOLS: Final = (Subprotocol("shop.cart.v2"), Subprotocol("shop.cart"))
MAX_FRAME_BYTES: Final = 1 << 20


class Endpoint(NamedTuple):
    """The shop, the login cookie to connect with, and whose cart is shown, if it is another's."""

    site: Site
    cookie: str
    cart: AccountId | None = None

    @property
    def query(self) -> str:
        """The query of the address to connect to, with its question mark, if it has one."""
        return f"?{urlencode({'cart': self.cart})}" if self.cart else ""


class WebsocketWire:
    """An open websocket."""

    def __init__(self, socket: ClientConnection):
        self._socket = socket

    @property
    def is_open(self) -> bool:
        """Say whether frames can be sent."""
        return self._socket.state is State.OPEN

    def send(self, frame: str) -> None:
        """Send *frame* without waiting, after the frames before it."""
        broadcast((self._socket,), frame)

    async def receive(self) -> bytes:
        """Return the next frame. Raises WireClosed."""
        try:
            return await self._socket.recv(decode=False)
        except ConnectionClosed as closed:
            frame = closed.rcvd
            raise (
                WireClosed(frame.code, frame.reason) if frame else WireClosed(1006, "")
            ) from closed

    def abort(self) -> None:
        """Drop the connection without a closing handshake."""
        self._socket.transport.abort()

    async def close(self) -> None:
        """Close with a closing handshake."""
        await self._socket.close()


async def open_websocket(
    endpoint: Endpoint, retry_policy: RetryPolicy, timeout_s: float
) -> WebsocketWire:
    """Return an open websocket. Raises OSError, TimeoutError or InvalidHandshake."""
    tls: dict[str, Any] = {"ssl": endpoint.site.tls} if endpoint.site.tls else {}
    socket = await connect(
        endpoint.site.socket_url + endpoint.query,
        subprotocols=SUBPROTOCOLS,
        additional_headers={"Cookie": endpoint.cookie},
        compression=None,
        proxy=None,
        ping_interval=None,
        open_timeout=timeout_s,
        close_timeout=retry_policy.close_timeout_s,
        max_size=MAX_FRAME_BYTES,
        **tls,
    )
    return WebsocketWire(socket)
