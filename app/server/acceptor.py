"""Accepting connections: many in one turn of the event loop, and in turns of their networks.

All connections wait in one queue of the kernel. A client that opens thousands at once would fill
it, and those of others would wait for them, or be dropped. So the queue is emptied fast: refusing
needs neither a transport nor a protocol, and a connection that is let in begins in a later turn.
"""

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from app.server.connection_limits import ConnectionLimits, Seat
from app.server.refusal import TOO_MANY

log = logging.getLogger(__name__)

ACCEPTED_AT_ONCE = 64

BEGUN_AT_ONCE = 2
"""How many connections of one network begin in a turn. Each begins with the parsing of headers."""
BACKLOG = 2048
RETRY_S = 0.1
VANISHED_MS = 40_000
"""A client that confirms nothing it was sent for so long is gone: one that only reads sends nothing
else."""


async def bind(host: str, port: int, bound: socket.socket | None = None) -> asyncio.Server:
    """Return a server that is bound to an address, or to where *bound* is, and does not listen."""
    loop = asyncio.get_running_loop()
    if bound:
        return await loop.create_server(asyncio.Protocol, sock=bound, start_serving=False)
    return await loop.create_server(asyncio.Protocol, host, port, start_serving=False)


class Acceptor:
    """Accepts what connects to *server*, which is bound only, in place of the event loop.

    Each connection begins with the protocol that is made for its seat. While the process has no
    descriptor left, connections stay in the kernel's queue.
    """

    def __init__(
        self,
        server: asyncio.Server,
        limits: ConnectionLimits,
        new_protocol: Callable[[Seat], asyncio.Protocol],
    ):
        self._loop = asyncio.get_running_loop()
        self._server = server
        self._limits = limits
        self._new_protocol = new_protocol
        self._waiting: dict[str, deque[tuple[socket.socket, Seat]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._listeners = [_listener(bound.fileno()) for bound in server.sockets]
        for listener in self._listeners:
            self._listen(listener)

    def close(self) -> None:
        """Accept nothing more, and close what has not begun."""
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            self._loop.remove_reader(listener.fileno())
            listener.close()
        self._server.close()
        for clients in self._waiting.values():
            for client, seat in clients:
                _end(client, seat)
        self._waiting.clear()

    def _listen(self, listener: socket.socket) -> None:
        if listener in self._listeners:
            self._loop.add_reader(listener.fileno(), self._accept, listener)

    def _accept(self, listener: socket.socket) -> None:
        """Accept what waits; a client that has gone meanwhile is left out."""
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                client, address = listener.accept()
            except (BlockingIOError, ConnectionError):
                return
            except OSError as error:
                self._pause(listener, error)
                return
            self._take(client, str(address[0]))

    def _pause(self, listener: socket.socket, error: OSError) -> None:
        log.warning("no connection can be accepted", extra={"reason": str(error)})
        self._loop.remove_reader(listener.fileno())
        self._loop.call_later(RETRY_S, self._listen, listener)

    def _take(self, client: socket.socket, address: str) -> None:
        seat = self._limits.enter_connection(address)
        if seat is None:
            with suppress(OSError), client:
                client.setblocking(False)  # noqa: FBT003
                client.send(TOO_MANY)
            return
        if not self._waiting:
            self._loop.call_soon(self._begin_some)
        self._waiting.setdefault(seat.network, deque()).append((client, seat))

    def _begin_some(self) -> None:
        """Begin a few connections of each network, and the others in later turns."""
        for network, clients in list(self._waiting.items()):
            for _ in range(min(BEGUN_AT_ONCE, len(clients))):
                task = self._loop.create_task(self._begin(*clients.popleft()))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            if not clients:
                del self._waiting[network]
        if self._waiting:
            self._loop.call_soon(self._begin_some)

    async def _begin(self, client: socket.socket, seat: Seat) -> None:
        try:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, VANISHED_MS)
            await self._loop.connect_accepted_socket(lambda: self._new_protocol(seat), client)
        except OSError:
            _end(client, seat)


def _listener(bound: int) -> socket.socket:
    """Return a socket that listens where the descriptor *bound* is bound."""
    listener = socket.socket(fileno=socket.dup(bound))
    listener.setblocking(False)  # noqa: FBT003 - the parameter is positional
    listener.listen(BACKLOG)
    return listener


def _end(client: socket.socket, seat: Seat) -> None:
    client.close()
    seat.leave()
