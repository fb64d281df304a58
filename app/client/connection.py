"""One socket, from its handshake to its end."""

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

from app.client.backoff import Again, RetryPolicy
from app.client.errors import HandshakeRefused, Stopped
from app.client.observer import Observer
from app.client.told import Drain

SUBPROTOCOLS: Final = (Subprotocol("shop.cart.v1"), Subprotocol("shop.cart"))
LARGEST_HEARD: Final = 1 << 20
FIRST_FAILURE: Final = 500
TOO_MANY: Final = 429

Ending = Drain | Again | Stopped
"""What makes a client leave a connection, and what it does then."""


class Endpoint(NamedTuple):
    """Where a tab opens its sockets, and as whom."""

    url: str
    cookie: str
    tls: SSLContext | None


class CloseFrame(NamedTuple):
    """How a socket was closed; 1006: without a word."""

    code: int
    reason: str


class Connection:
    """An open socket that can be spoken to at any time; after its end nothing is sent."""

    def __init__(self, socket: ClientConnection, gen: int, observer: Observer):
        self.gen = gen
        self._loop = asyncio.get_running_loop()
        self.ending: asyncio.Future[Ending] = self._loop.create_future()
        self._socket = socket
        self._observer = observer
        self._opened_s = self._heard_s = self._loop.time()
        self._watchdog: asyncio.TimerHandle | None = None
        observer.opened(gen)

    @property
    def age_s(self) -> float:
        """Return how long ago it was opened."""
        return self._loop.time() - self._opened_s

    def say(self, frame: str) -> None:
        """Send *frame*, after those before it, without waiting."""
        if self._socket.state is State.OPEN:
            self._observer.sent(self.gen, frame)
            broadcast((self._socket,), frame)

    def end(self, ending: Ending) -> None:
        """Leave this connection for *ending*; only the first one counts."""
        if not self.ending.done():
            self.ending.set_result(ending)

    async def listen(
        self, hear: Callable[["Connection", bytes], None], silence_s: float
    ) -> CloseFrame:
        """Pass each frame to *hear* until the socket is closed, or silent for too long."""
        self._watch(silence_s, silence_s)
        close_frame = CloseFrame(1006, "")
        try:
            while True:
                frame = await self._socket.recv(decode=False)
                self._heard_s = self._loop.time()
                self._observer.received(self.gen, frame)
                hear(self, frame)
        except ConnectionClosed as closed:
            close_frame = _close_frame(closed)
        finally:
            self._unwatch()
            self._observer.closed(self.gen, *close_frame)
        return close_frame

    def cut(self) -> None:
        """Cut the line, without a closing handshake."""
        self._socket.transport.abort()

    async def close(self) -> None:
        """Close the socket as one should."""
        await self._socket.close()

    def _watch(self, silence_s: float, wait_s: float) -> None:
        self._watchdog = self._loop.call_later(wait_s, self._cut_if_silent, silence_s)

    def _unwatch(self) -> None:
        if self._watchdog:
            self._watchdog.cancel()

    def _cut_if_silent(self, silence_s: float) -> None:
        left_s = self._heard_s + silence_s - self._loop.time()
        if left_s <= 0:
            self.cut()
        else:
            self._watch(silence_s, left_s)


async def open_connection(
    endpoint: Endpoint, observer: Observer, retry_policy: RetryPolicy, gen: int
) -> Connection | Again | HandshakeRefused:
    """Return an open connection, or what to do as there is none."""
    try:
        socket = await _connect(endpoint, retry_policy)
    except InvalidStatus as refusal:
        observer.failed(str(refusal))
        return _after(refusal.response)
    except (OSError, TimeoutError, InvalidHandshake) as failure:
        observer.failed(f"{type(failure).__name__}: {failure}")
        return Again()
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
        open_timeout=retry_policy.opening_s,
        close_timeout=retry_policy.closing_s,
        max_size=LARGEST_HEARD,
        **tls,
    )


def _after(response: Response) -> Again | HandshakeRefused:
    status = response.status_code
    if status < FIRST_FAILURE and status != TOO_MANY:
        return HandshakeRefused(f"HTTP {status} {response.reason_phrase}")
    after = response.headers.get("Retry-After", "")
    return Again(least_s=int(after) if after.isdecimal() else 0)


def _close_frame(closed: ConnectionClosed) -> CloseFrame:
    said = closed.rcvd
    return CloseFrame(said.code, said.reason) if said else CloseFrame(1006, "")
