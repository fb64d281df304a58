"""Opening a websocket whose handshake was read as HTTP, in place of what `websockets` does.

It relies on internals of Uvicorn and `websockets`, so their versions are pinned.
"""

import asyncio
from typing import Any
from urllib.parse import unquote

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import OPEN, Protocol
from websockets.utils import accept_key

from app.server.connection_limits import Ending, Seat
from app.server.upgrade import Upgrade
from app.ws.routes import SOCKET

HANDSHAKE_S = 10.0
"""How long the application may take to answer a handshake."""


class OpeningSocket(WebSocketsSansIOProtocol):
    """Uvicorn's websocket, which begins with a handshake that others have read.

    So the parser of `websockets`, which fails at unusual handshakes, reads frames only.
    """

    _upgrade: Upgrade | None = None
    _deadline: asyncio.TimerHandle | None = None
    _seats: tuple[Seat, ...] = ()

    def hold(self, seat: Seat) -> None:
        """Leave *seat* once the connection is lost."""
        self._seats += (seat,)

    def open(self, upgrade: Upgrade) -> None:
        """Have the application answer *upgrade*; whatever follows it are frames."""
        self._upgrade = upgrade
        self._deadline = self.loop.call_later(HANDSHAKE_S, self._abort, Ending.HANDSHAKE)
        self.conn.parser = Protocol.parse(self.conn)
        next(self.conn.parser)
        self.handshake_initiated = True
        self.scope = self._scope_of(upgrade)  # type: ignore[assignment]
        self.queue.put_nowait({"type": "websocket.connect"})
        task = self.loop.create_task(self.run_asgi())
        task.add_done_callback(self.on_task_complete)
        self.tasks.add(task)

    async def send(self, message: Any) -> None:
        """Send what the application answers. Raises ClientDisconnected if nobody is there."""
        if self.disconnected or self.transport.is_closing():
            raise ClientDisconnected
        if self._upgrade is None or message["type"] != "websocket.accept":
            await super().send(message)
        else:
            self._accept(self._upgrade, message)

    def _accept(self, upgrade: Upgrade, message: Any) -> None:
        headers = [*self.default_headers, *message.get("headers", ())]
        if subprotocol := message.get("subprotocol"):
            headers.append((b"Sec-WebSocket-Protocol", subprotocol.encode()))
        self.transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\n"
            b"Upgrade: websocket\r\n"
            b"Connection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: %b\r\n"
            % accept_key(upgrade.key).encode()
            + b"".join([b"%b: %b\r\n" % header for header in headers])
            + b"\r\n"
        )
        self.conn.state = OPEN
        self.handshake_complete = True
        del self._upgrade
        self._stop_deadline()
        self.start_keepalive()

    def _scope_of(self, upgrade: Upgrade) -> dict[str, Any]:
        """Return the ASGI scope, as Uvicorn makes it."""
        path, _, query = upgrade.target.partition("?")
        return {
            "type": "websocket",
            "asgi": {"version": self.asgi_version, "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": self.scheme,
            "server": self.server,
            "client": self.client,
            "root_path": self.root_path,
            "path": self.root_path + unquote(path),
            "raw_path": (self.root_path + path).encode(),
            "query_string": query.encode(),
            "headers": upgrade.headers,
            "subprotocols": upgrade.subprotocols,
            "state": self.app_state.copy(),
            "extensions": {"websocket.http.response": {}},
            SOCKET: self,
        }

    def free_handshake(self) -> None:
        """Free the request, its headers and the scope, which an open websocket does not need."""
        for name in ("scope", "request", "response"):
            self.__dict__.pop(name, None)

    def data_received(self, data: bytes) -> None:
        """Read frames; a client that sends some before the answer is cut off (RFC 6455 §4.1)."""
        if self.handshake_complete:
            super().data_received(data)
        else:
            self._abort(Ending.MALFORMED)

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave the seats."""
        self._stop_deadline()
        for seat in self._seats:
            seat.leave()
        self._seats = ()
        super().connection_lost(exc)

    def _abort(self, why: Ending) -> None:
        if self._seats:
            self._seats[0].note(why)
        self.transport.abort()

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
