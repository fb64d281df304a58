"""One websocket, from its handshake to its close."""

import asyncio
from collections.abc import Callable
from ssl import SSLContext
from typing import Any, Final, NamedTuple

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.connection import broadcast
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.http11 import Response
from websockets.protocol import State
from websockets.typing import Subprotocol

from app.client.backoff import Reconnect, RetryPolicy
from app.client.errors import HandshakeRefused, Stopped
from app.client.messages import Drain
from app.client.observer import Observer

SUBPROTOCOLS: Final = (Subprotocol("shop.cart.v1"), Subprotocol("shop.cart"))
MAX_FRAME_BYTES: Final = 1 << 20
FIRST_SERVER_ERROR: Final = 500
TOO_MANY_REQUESTS: Final = 429

Outcome = Drain | Reconnect | Stopped
"""What to do after a connection: move to a new one, reconnect, or stop."""


class Endpoint(NamedTuple):
    """The URL of the websocket endpoint, and the login cookie to open it with."""

    url: str
    cookie: str
    tls: SSLContext | None


class CloseFrame(NamedTuple):
    """The code and reason of a close; 1006 if there was no close frame."""

    code: int
    reason: str


class Connection:
    """An open websocket. `outcome` is set when the tab should leave it."""

    def __init__(self, socket: ClientConnection, gen: int, observer: Observer):
        self.gen = gen
        self._loop = asyncio.get_running_loop()
        self.outcome: asyncio.Future[Outcome] = self._loop.create_future()
        self._socket = socket
        self._observer = observer
        self._opened_s = self._received_s = self._loop.time()
        self._watchdog: asyncio.TimerHandle | None = None
        observer.opened(gen)

    @property
    def age_s(self) -> float:
        """Seconds since it was opened."""
        return self._loop.time() - self._opened_s

    def send(self, frame: str) -> None:
        """Send *frame* without waiting, after the frames before it; nothing once it is closed."""
        if self._socket.state is State.OPEN:
            self._observer.sent(self.gen, frame)
            broadcast((self._socket,), frame)

    def finish(self, outcome: Outcome) -> None:
        """Set the outcome; only the first call counts."""
        if not self.outcome.done():
            self.outcome.set_result(outcome)

    async def receive_all(
        self, on_message: Callable[["Connection", bytes], None], heartbeat_timeout_s: float
    ) -> CloseFrame:
        """Pass each frame to *on_message* until the websocket is closed.

        It is dropped when nothing, not even a heartbeat, arrives for *heartbeat_timeout_s*.
        """
        self._watch(heartbeat_timeout_s, heartbeat_timeout_s)
        close_frame = CloseFrame(1006, "")
        try:
            while True:
                frame = await self._socket.recv(decode=False)
                self._received_s = self._loop.time()
                self._observer.received(self.gen, frame)
                on_message(self, frame)
        except ConnectionClosed as closed:
            close_frame = _close_frame(closed)
        finally:
            self._unwatch()
            self._observer.closed(self.gen, *close_frame)
        return close_frame

    def abort(self) -> None:
        """Drop the connection without a closing handshake."""
        self._socket.transport.abort()

    async def close(self) -> None:
        """Close with a closing handshake."""
        await self._socket.close()

    def _watch(self, heartbeat_timeout_s: float, wait_s: float) -> None:
        self._watchdog = self._loop.call_later(wait_s, self._abort_if_silent, heartbeat_timeout_s)

    def _unwatch(self) -> None:
        if self._watchdog:
            self._watchdog.cancel()

    def _abort_if_silent(self, heartbeat_timeout_s: float) -> None:
        left_s = self._received_s + heartbeat_timeout_s - self._loop.time()
        if left_s <= 0:
            self.abort()
        else:
            self._watch(heartbeat_timeout_s, left_s)


async def open_connection(
    endpoint: Endpoint, observer: Observer, retry_policy: RetryPolicy, gen: int
) -> Connection | Reconnect | HandshakeRefused:
    """Return an open connection, or what to do after a failed handshake."""
    try:
        socket = await _connect(endpoint, retry_policy)
    except InvalidStatus as refusal:
        observer.failed(str(refusal))
        return _after(refusal.response)
    except (OSError, TimeoutError, InvalidHandshake) as failure:
        observer.failed(f"{type(failure).__name__}: {failure}")
        return Reconnect()
    return Connection(socket, gen, observer)


async def _connect(endpoint: Endpoint, retry_policy: RetryPolicy) -> ClientConnection:
    tls: dict[str, Any] = {"ssl": endpoint.tls} if endpoint.tls else {}
    return await connect(
        endpoint.url,
        subprotocols=SUBPROTOCOLS,
        additional_headers={"Cookie": endpoint.cookie},
        compression=None,
        proxy=None,
        ping_interval=None,
        open_timeout=retry_policy.open_timeout_s,
        close_timeout=retry_policy.close_timeout_s,
        max_size=MAX_FRAME_BYTES,
        **tls,
    )


def _after(response: Response) -> Reconnect | HandshakeRefused:
    status = response.status_code
    if status < FIRST_SERVER_ERROR and status != TOO_MANY_REQUESTS:
        return HandshakeRefused(f"HTTP {status} {response.reason_phrase}")
    after = response.headers.get("Retry-After", "")
    return Reconnect(min_delay_s=int(after) if after.isdecimal() else 0)


def _close_frame(closed: ConnectionClosed) -> CloseFrame:
    frame = closed.rcvd
    return CloseFrame(frame.code, frame.reason) if frame else CloseFrame(1006, "")
