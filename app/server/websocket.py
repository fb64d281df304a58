"""The accepted websocket itself: it calls back, and needs no task of its own.

It leans on Uvicorn's internals, so its version is pinned.
"""

import asyncio
import logging
from collections.abc import Iterable

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from app.domain.token_bucket import RateLimit, full, spend
from app.server.frames import CONTROL, end_of_frame, short_text, write_text
from app.ws.close_codes import CloseCode
from app.ws.routes import SOCKET
from app.ws.socket import Listener

log = logging.getLogger(__name__)

CLOSE_S = 2.0
FEWEST_FRAMES = 200
"""So many a second are read of every socket, of whatever kind they are."""
SHARE_S = 0.25
"""Counted so often that a few sockets cannot take the shop for long at a time."""
PINGS = RateLimit(20, 2)
MOST_EMPTY = 100
WITHOUT_A_WORD = 1006
NOT_UTF8 = 1007
TOO_LARGE = 1009


class ShopSocket(WebSocketsSansIOProtocol):
    """A websocket that calls a listener back, with no task and no queue between them.

    Until somebody attaches, it is Uvicorn's; the ASGI application may return then, and the
    socket lives on. What is written to it is put on the line at once, as one piece.
    """

    _listener: Listener | None = None
    _failed = False
    _unread = b""
    _rest_timer: asyncio.TimerHandle | None = None

    def attach(self, listener: Listener, frames_a_second: int = FEWEST_FRAMES) -> None:
        """Serve an accepted socket from now on with *listener*."""
        self._listener = listener
        self._pings = full(PINGS, self.loop.time())
        most = max(FEWEST_FRAMES, frames_a_second) * SHARE_S
        self._most = self._may_read = round(most)
        self._share_began_s = self.loop.time()

    @property
    def is_full(self) -> bool:
        """Say whether the client has not read what was written before."""
        return not self.writable.is_set()

    @property
    def is_closing(self) -> bool:
        """Say whether nothing can be written any more."""
        return self.close_sent or self.transport.is_closing()

    def write(self, texts: Iterable[bytes]) -> None:
        """Put *texts* on the line, a frame each."""
        if not self.is_closing:
            self.transport.write(b"".join([write_text(text) for text in texts]))

    def pause(self) -> None:
        """Stop reading."""
        if not self.read_paused and not self.transport.is_closing():
            self.read_paused = True
            if not self._rest_timer:
                self.transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        if self.read_paused and not self.transport.is_closing():
            self.read_paused = False
            if not self._rest_timer:
                self._read_on()

    def close(self, code: int, reason: str) -> None:
        """Say good-bye with *code*, and hang up once the client has answered, or soon anyway."""
        if self.is_closing:
            return
        if not self._failed:
            self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.stop_keepalive()
        self.resume()
        if self._failed:
            self.transport.write_eof()
        self.close_timer = self.loop.call_later(CLOSE_S, self.transport.abort)

    # What Uvicorn calls

    def handle_connect(self, event: Request) -> None:
        """Let the application find this socket."""
        super().handle_connect(event)
        if self.response.status_code == 101:  # noqa: PLR2004 - Switching Protocols
            self.scope[SOCKET] = self  # type: ignore[literal-required]

    def data_received(self, data: bytes) -> None:
        """Read frame by frame; no more from a client that has broken the protocol."""
        if self._listener is None:
            super().data_received(data)
        elif not self._failed:
            self._unread += data
            self._read_frames()

    def send_receive_event_to_app(self) -> None:
        """Hand a whole message to the listener."""
        if self._listener is None:
            super().send_receive_event_to_app()
            return
        data, self.frames = b"".join(self.frames), []
        if self.curr_msg_data_type == "text":
            self._hear(data)
        elif not self.close_sent:
            self._listener.heard_bytes()

    def handle_cont(self, event: Frame) -> None:
        """Take a fragment; empty ones are not counted by size, so they are by number."""
        if event.data or self.frames.count(b"") < MOST_EMPTY:
            super().handle_cont(event)
        else:
            self.conn.fail(TOO_LARGE, "too many empty fragments")
            self.handle_parser_exception()

    def handle_parser_exception(self) -> None:
        """Let what came before the fault be answered; the listener closes then."""
        if self._listener is None:
            super().handle_parser_exception()
            return
        self._failed = True
        broken = self.conn.close_sent
        if broken is not None:
            self._listener.failed(broken.code, broken.reason)

    def handle_ping(self) -> None:
        """Answer, but not to a flood, and not once the closing has begun."""
        if self.conn.close_sent is not None:
            return
        left = spend(self._pings, PINGS, self.loop.time()) if self._listener else None
        if left is None:
            self.transport.abort()
            return
        self._pings = left
        super().handle_ping()

    def resume_writing(self) -> None:
        """Learn that the client has read."""
        super().resume_writing()
        if self._listener is not None:
            self._listener.writable()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the listener, once."""
        super().connection_lost(exc)
        if self._rest_timer:
            self._rest_timer.cancel()
        listener, self._listener = self._listener, None
        if listener is not None:
            said = self.conn.close_rcvd
            listener.gone(said.code if said else WITHOUT_A_WORD)
        self._break_cycles()

    async def run_asgi(self) -> None:
        """Run the application; if nobody serves the socket when it returns, something failed."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except Exception:
            log.exception("a handshake failed")
            self.send_500_response()
        if self._listener is not None:
            self._forget_handshake()
        elif self.handshake_complete and self.initial_response is None:
            self.close(CloseCode.FAILED, "")
        else:
            self.transport.close()

    def _read_frames(self) -> None:
        """Take one frame after the other, for as long as the listener wants to read.

        Short texts are read here, in a third of the time, and the library sees all else; it gets
        whole frames only, and so is never in the middle of one when a text is read without it.
        """
        at, unread = 0, self._unread
        while not (self.read_paused or self._rest_timer or self._failed or self.conn.close_rcvd):
            end = end_of_frame(unread, at, self.config.ws_max_size)
            if end is None:
                break
            frame, at = unread[at:end], end
            text = None if self.frames else short_text(frame)
            if text is None:
                self._hand_over(frame)
            else:
                self._hear(text)
            self._may_read -= 1
            if not self._may_read:
                self._rest()
        self._unread = unread[at:]

    def _rest(self) -> None:
        """Read no more for a moment, so that whoever says too much has less of the shop."""
        now_s = self.loop.time()
        left_s = self._share_began_s + SHARE_S - now_s
        self._may_read, self._share_began_s = self._most, now_s + max(0.0, left_s)
        if left_s > 0 and not self.transport.is_closing():
            if not self.read_paused:
                self.transport.pause_reading()
            self._rest_timer = self.loop.call_later(left_s, self._end_rest)

    def _end_rest(self) -> None:
        self._rest_timer = None
        if not self.read_paused and not self.transport.is_closing():
            self._read_on()

    def _read_on(self) -> None:
        self.transport.resume_reading()
        if self._unread:
            self.loop.call_soon(self._read_frames)

    def _hand_over(self, frame: bytes) -> None:
        """Let the library read *frame*; it takes what comes between fragments for part of them."""
        so_far, is_between = self.conn.current_size, frame[0] & CONTROL
        if is_between:
            self.conn.current_size = None
        super().data_received(frame)
        if is_between:
            self.conn.current_size = so_far

    def _hear(self, data: bytes) -> None:
        if self.close_sent or self._listener is None:
            return
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self.conn.fail(NOT_UTF8, "not UTF-8")
            self.handle_parser_exception()
        else:
            self._serve(self._listener, text)

    def _serve(self, listener: Listener, text: str) -> None:
        try:
            listener.heard(text)
        except Exception:
            log.exception("a socket failed")
            self.close(CloseCode.FAILED, "")

    def _break_cycles(self) -> None:
        """End the library's generator, which holds its owner, and what would hold its frame."""
        self._unread = b""
        self.conn.parser.close()
        self.conn.parser_exc = None

    def _forget_handshake(self) -> None:
        """Keep no request, scope or headers in memory for an idle socket."""
        del self.scope, self.request, self.response
