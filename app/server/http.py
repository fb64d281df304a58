"""Uvicorn's HTTP, made safe against slow clients.

It relies on internals of Uvicorn, so its version is pinned.
"""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.http.core.security import HEADERS

HEADERS_S = 5.0
LARGEST_HEADERS = 16384
SAFE_SETTINGS: dict[str, Any] = {
    "h11_max_incomplete_event_size": LARGEST_HEADERS,
    "server_header": False,
    "access_log": False,
    "log_config": None,
}
"""Arguments of `uvicorn.Config` for every server that uses `ShopHttp`."""


class ShopHttp(H11Protocol):
    """HTTP/1.1 with a deadline for a request's headers, against slow clients (Slowloris).

    The deadline counts from the connection's begin, and from the end of each earlier request.
    """

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the deadline."""
        super().connection_made(transport)
        self._start_deadline()

    def data_received(self, data: bytes) -> None:
        """Start the deadline if the connection is idle, and stop it once it is not."""
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._start_deadline()
        else:
            self._stop_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the deadline."""
        self._stop_deadline()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Stop the deadline: the websocket protocol takes over."""
        self._stop_deadline()
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:
        """Answer bytes that are no HTTP, with the security headers that every answer has."""
        named = {**HEADERS, "Content-Type": "text/plain; charset=utf-8", "Connection": "close"}
        headers = [(name.encode(), value.encode()) for name, value in named.items()]
        head = h11.Response(status_code=400, headers=headers, reason=b"Bad Request")
        for event in (head, h11.Data(data=msg.encode()), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event))
        self.transport.close()

    def _start_deadline(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEADERS_S, self.transport.abort)

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
