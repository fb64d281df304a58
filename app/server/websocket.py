"""An accepted websocket that calls a listener back, without a task or a queue of its own.

It relies on internals of Uvicorn and `websockets`, so their versions are pinned.
"""

import logging
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from websockets.frames import Frame

from app.domain.limits import RateLimit
from app.domain.token_bucket import full, spend
from app.server.frame_reader import FrameReader
from app.server.frames import HEADERS, header
from app.server.read_rate import MIN_FRAMES_PER_S
from app.ws.close_codes import CloseCode
from app.ws.socket import Listener

log = logging.getLogger(__name__)

CLOSE_S = 2.0
"""How long the client has to answer a close frame."""
PINGS = RateLimit(20, 2)
MAX_EMPTY_FRAGMENTS = 100
ABNORMAL_CLOSURE = 1006
"""What a connection that ended without a close frame counts as (RFC 6455 §7.1.5)."""
NOT_UTF8 = 1007
TOO_LARGE = 1009


class ShopSocket(FrameReader):
    """A websocket that calls a `Listener`.

    Until `attach`, it works as Uvicorn's does, with a queue for the ASGI application. After it,
    the application may return, and the websocket lives on. `write` sends at once, as one piece.
    `is_full` says whether the client has not read what was written before.
    """

    __slots__ = ("is_full",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_full = False

    def attach(self, listener: Listener, frames_per_s: int = MIN_FRAMES_PER_S) -> None:
        """Have *listener* serve the websocket, which was accepted, from now on."""
        self._pings = full(PINGS, self.loop.time())
        self.begin_reading(listener, frames_per_s)

    @property
    def is_closing(self) -> bool:
        """Say whether nothing can be written any more."""
        return self.close_sent or self.transport.is_closing()

    def write(self, texts: Iterable[bytes]) -> None:
        """Send *texts*, a frame each, in one write."""
        if self.close_sent or self.transport.is_closing():
            return
        pieces: list[bytes] = []
        for text in texts:
            size = len(text)
            pieces += (HEADERS[size] if size < len(HEADERS) else header(size), text)
        self.transport.write(b"".join(pieces))

    def close(self, code: int, reason: str) -> None:
        """Send a close frame; disconnect once the client has answered it, or after `CLOSE_S`.

        After a protocol error `websockets` has made the frame itself.
        """
        if self.is_closing:
            return
        if not self._has_failed:
            self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent, self._takes_texts = True, False
        self.stop_keepalive()
        self.resume()
        if self._has_failed:
            self.transport.write_eof()
        self._abort_later()

    # Called by Uvicorn and asyncio

    def send_receive_event_to_app(self) -> None:
        """Pass on a message whose last frame has arrived."""
        if self._listener is None:
            super().send_receive_event_to_app()
            return
        data, self.frames = b"".join(self.frames), []
        if self.close_sent:
            return
        if self.curr_msg_data_type == "bytes":
            self._listener.on_binary()
            return
        try:
            self._listener.on_text(data)
        except Exception as error:  # noqa: BLE001 - reported there
            self.on_failed_text(error)

    def on_failed_text(self, error: Exception) -> None:
        """Report a text that is not in UTF-8 as a protocol error, or close if the shop failed."""
        if isinstance(error, UnicodeDecodeError):
            self.conn.fail(NOT_UTF8, "not UTF-8")
            self.handle_parser_exception()
        else:
            log.error("a socket failed", exc_info=error)
            self.close(CloseCode.FAILED, "")

    def handle_cont(self, event: Frame) -> None:
        """Take a fragment; the limit on size does not count empty ones, so their number is."""
        if event.data or self.frames.count(b"") < MAX_EMPTY_FRAGMENTS:
            super().handle_cont(event)
        else:
            self.conn.fail(TOO_LARGE, "too many empty fragments")
            self.handle_parser_exception()

    def handle_parser_exception(self) -> None:
        """Report a protocol error; the listener closes when it has answered what came before."""
        if self._listener is None:
            super().handle_parser_exception()
            return
        self._has_failed = self._is_stopped = True
        close = self.conn.close_sent
        if close is not None:
            self._listener.on_protocol_error(close.code, close.reason)

    def handle_ping(self) -> None:
        """Answer a ping; a client that floods with pings is disconnected."""
        if self.conn.close_sent is not None:
            return
        left = spend(self._pings, PINGS, self.loop.time()) if self._listener else None
        if left is None:
            self.transport.abort()
            return
        self._pings = left
        super().handle_ping()

    def handle_close(self, event: Frame) -> None:
        """Disconnect, also a client that reads nothing any more."""
        super().handle_close(event)
        self._abort_later()

    def keepalive_timeout(self) -> None:
        """Disconnect a client that answers no ping."""
        super().keepalive_timeout()
        self._abort_later()

    def shutdown(self) -> None:
        """Close; an error ends this websocket only, and not the shutdown of the server."""
        try:
            super().shutdown()
            self._abort_later()
        except Exception:
            log.exception("a websocket did not shut down")
            self.transport.abort()

    def pause_writing(self) -> None:
        """Note that the client has not read what was written."""
        super().pause_writing()
        self.is_full = True

    def resume_writing(self) -> None:
        """Tell the listener that the client has read what was written."""
        super().resume_writing()
        self.is_full = False
        if self._listener is not None:
            self._listener.on_writable()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the listener, once."""
        super().connection_lost(exc)
        self.stop_reading()
        listener, self._listener = self._listener, None
        if listener is not None:
            close = self.conn.close_rcvd
            listener.on_close(close.code if close else ABNORMAL_CLOSURE)
        self._break_cycles()

    async def run_asgi(self) -> None:
        """Run the application; if it returns without a listener attached, it has failed."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except Exception:
            log.exception("a handshake failed")
            self.send_500_response()
        if self._listener is not None:
            self.free_handshake()
        elif self.handshake_complete and self.initial_response is None:
            self.close(CloseCode.FAILED, "")
        else:
            self.transport.close()
            self._abort_later()

    def _abort_later(self) -> None:
        """Abort in `CLOSE_S`, since closing waits until the client has read everything."""
        if self.close_timer is None and not self.disconnected:
            self.close_timer = self.loop.call_later(CLOSE_S, self.transport.abort)

    # Memory of 10,000 idle websockets

    def _break_cycles(self) -> None:
        """End the library's generator and forget its exception; both refer back to this object."""
        self.conn.parser.close()
        self.conn.parser_exc = None
