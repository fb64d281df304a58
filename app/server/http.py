"""Uvicorn's HTTP, with a deadline for each state in which a connection waits for its client.

It is `IDLE_S` until the first byte of a request, `HEADERS_S` from there to the end of its headers,
and `BODY_S` to the end of its body. `DeadlineTransport` has those for what the client does not
read, and for closing; `OpeningSocket` has that of a handshake. In the only other state the server
itself works on its answer.

It relies on internals of Uvicorn, so its version is pinned.
"""

import asyncio
import logging
from enum import Enum
from functools import partial
from typing import Any

import h11
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState

from app.server.bounded_http import LARGEST_HEADERS, TOO_LARGE, BoundedConnection
from app.server.connection_limits import Ending, Seat
from app.server.deadline_transport import DeadlineTransport
from app.server.opening import OpeningSocket
from app.server.refusal import refusal_headers
from app.server.upgrade import BadUpgrade, Upgrade, read_upgrade, upgrade_of

log = logging.getLogger(__name__)

IDLE_S = 5
HEADERS_S = 5.0
BODY_S = 10.0
"""The largest body, 64 KiB, needs 6.4 KiB/s."""
LAST_S = 3.0
"""How long a client is waited for once the server shuts down."""
SAFE_SETTINGS: dict[str, Any] = {
    "h11_max_incomplete_event_size": LARGEST_HEADERS,
    "timeout_keep_alive": IDLE_S,
    "server_header": False,
    "access_log": False,
    "log_config": None,
}
"""Arguments of `uvicorn.Config` for every server that uses `ShopHttp`."""


class Awaited(Enum):
    """What a connection waits for."""

    REQUEST = "request"
    HEADERS = "headers"
    BODY = "body"


class ShopHttp(H11Protocol):
    """HTTP/1.1 that waits for no client longer than its state allows (CWE-772)."""

    cycle: RequestResponseCycle | None  # type: ignore[assignment]
    conn: BoundedConnection
    transport: DeadlineTransport

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        seat: Seat,
    ) -> None:
        super().__init__(config, server_state, app_state)
        self.conn = BoundedConnection()
        self._seat = seat
        self._is_new = True
        self._awaited: Awaited | None = None
        self._deadline: asyncio.TimerHandle | None = None

    # Called by asyncio

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the first deadline."""
        on_unread = partial(self._seat.note, Ending.UNREAD)
        super().connection_made(DeadlineTransport(transport, self.conn, on_unread))
        self._set_deadline()

    def data_received(self, data: bytes) -> None:
        """Read, and set the deadline for what is missing; after the last answer, read nothing."""
        if self.transport.is_closing():
            return
        if self._is_new and self.ws_protocol_class and (upgrade := read_upgrade(data)):
            self._open_websocket(upgrade)
            return
        self._is_new = False
        super().data_received(data)
        self._set_deadline()

    def eof_received(self) -> None:
        """Close, because the client has."""
        self.transport.close_both()

    def pause_writing(self) -> None:
        """Start the deadline for the client to read."""
        super().pause_writing()
        self.transport.watch()

    def resume_writing(self) -> None:
        """Stop it."""
        super().resume_writing()
        self.transport.unwatch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all deadlines, and leave the seat."""
        self._let_go()
        self._seat.leave()
        super().connection_lost(exc)

    # Called by Uvicorn

    def on_response_complete(self) -> None:
        """Go on with the next request."""
        super().on_response_complete()
        self._set_deadline()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Have the application answer a handshake, unless it cannot be one."""
        try:
            upgrade = upgrade_of(event)
        except BadUpgrade as fault:
            self._refuse_malformed(400, str(fault))
            return
        if self.conn.has_bytes or self.transport.raw.get_write_buffer_size():
            self._refuse_malformed(400, "A handshake is to be sent alone.")
        else:
            self._open_websocket(upgrade)

    def send_400_response(self, msg: str) -> None:
        """Answer bytes that are no HTTP, or too many."""
        text = "The headers are too large." if self.conn.refusal == TOO_LARGE else msg
        self._refuse_malformed(self.conn.refusal, text)

    def _unsupported_upgrade_warning(self) -> None:
        """Log nothing: the request is answered as if it asked for no other protocol."""

    def shutdown(self) -> None:
        """End after the answer; an error ends this connection only, and not the shutdown."""
        try:
            super().shutdown()
            if self._awaited is Awaited.BODY:
                self._start_deadline(LAST_S)
            self.transport.hurry(LAST_S)
        except Exception:
            log.exception("a connection did not shut down")
            self.transport.abort()

    # Deadlines

    def _set_deadline(self) -> None:
        """Start the deadline of what the connection waits for, if that is new."""
        awaited = self._what_is_awaited()
        if awaited is self._awaited:
            return
        self._awaited = awaited
        match awaited:
            case None:
                self._stop_deadline()
            case Awaited.REQUEST:
                self._start_deadline(IDLE_S)
            case Awaited.HEADERS:
                self._start_deadline(HEADERS_S)
            case Awaited.BODY:
                self._start_deadline(BODY_S)

    def _what_is_awaited(self) -> Awaited | None:
        if self.transport.is_closing():
            return None
        if self.conn.their_state is h11.SEND_BODY:
            return Awaited.BODY
        if self.conn.their_state is h11.IDLE:
            return Awaited.HEADERS if self.conn.has_bytes else Awaited.REQUEST
        return None

    def _start_deadline(self, wait_s: float) -> None:
        self._stop_deadline()
        self._deadline = self.loop.call_later(wait_s, self._end_waiting)

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _end_waiting(self) -> None:
        if self._awaited is Awaited.REQUEST:
            self.transport.close()
        elif self._awaited is Awaited.BODY:
            self._seat.note(Ending.BODY)
            self._refuse(408, "The request did not come in time.")
        else:
            self._seat.note(Ending.HEADERS)
            self.transport.abort()

    # Ends

    def _refuse_malformed(self, status: int, text: str) -> None:
        self._seat.note(Ending.MALFORMED)
        self._refuse(status, text)

    def _refuse(self, status: int, text: str) -> None:
        """Answer in place of the application, if it has not begun to, and close."""
        if self.cycle and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            body = text.encode()
            headers, reason = refusal_headers(status, body), STATUS_PHRASES[status]
            head = h11.Response(status_code=status, headers=headers, reason=reason)
            for event in (head, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
            self.transport.close()
        else:
            self.transport.abort()
        self._set_deadline()

    def _open_websocket(self, upgrade: Upgrade) -> None:
        """Hand the connection, with its seat, over to a websocket."""
        self._let_go()
        self.connections.discard(self)
        socket: OpeningSocket = self.ws_protocol_class(  # type: ignore[call-arg, misc, assignment]
            config=self.config, server_state=self.server_state, app_state=self.app_state
        )
        raw = self.transport.raw
        socket.connection_made(raw)
        socket.hold(self._seat)
        socket.open(upgrade)
        raw.set_protocol(socket)

    def _let_go(self) -> None:
        self._stop_deadline()
        self._unset_keepalive_if_required()
        self.transport.forget()
