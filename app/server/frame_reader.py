"""Reading a websocket frame by frame: back-pressure, the rate limit, and a short cut for texts.

It relies on internals of Uvicorn and `websockets`, so their versions are pinned.
"""

import asyncio
from abc import ABC, abstractmethod

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from app.server.frames import CONTROL, end_of_frame, short_text
from app.server.read_rate import ReadRate


class FrameReader(WebSocketsSansIOProtocol, ABC):
    """Uvicorn's protocol, but reading stops between two frames, for three reasons.

    `pause` was called; the client sent more frames than `limit_rate` allows; or it broke the
    protocol, and nothing it sends afterwards is of interest.
    """

    _has_failed = False
    _unread = b""
    _throttle_timer: asyncio.TimerHandle | None = None

    @abstractmethod
    def on_text(self, data: bytes) -> None:
        """Take a text message."""

    def limit_rate(self, frames_per_s: int) -> None:
        """Throttle a client that sends more frames than this; to be called before `read`."""
        self._read_rate = ReadRate(frames_per_s, self.loop.time())

    def read(self, data: bytes) -> None:
        """Read what has arrived; nothing is read after a protocol error."""
        if not self._has_failed:
            self._unread += data
            self.read_frames()

    def stop_reading(self) -> None:
        """Forget what was not read, because the connection is closed."""
        self._unread = b""
        if self._throttle_timer:
            self._throttle_timer.cancel()

    def pause(self) -> None:
        """Stop reading, so that the client's send buffer fills up: back-pressure."""
        if not self.read_paused and not self.transport.is_closing():
            self.read_paused = True
            if not self._throttle_timer:
                self.transport.pause_reading()

    def resume(self) -> None:
        """Read again, unless the client is being throttled."""
        if self.read_paused and not self.transport.is_closing():
            self.read_paused = False
            if not self._throttle_timer:
                self._read_on()

    def read_frames(self) -> None:
        """Read one frame after the other, until the listener pauses or the rate is used up.

        Short texts are decoded here, in a third of the time that the library takes; it reads all
        other frames. It is given whole frames only, so it is never in the middle of one when a
        text bypasses it. While a fragmented message is incomplete (`self.frames`), texts go to
        the library too: there they are a protocol error.
        """
        at, unread = 0, self._unread
        while not (
            self.read_paused or self._throttle_timer or self._has_failed or self.conn.close_rcvd
        ):
            end = end_of_frame(unread, at, self.config.ws_max_size)
            if end is None:
                break
            frame, at = unread[at:end], end
            text = None if self.frames else short_text(frame)
            if text is None:
                self._read_with_library(frame)
            else:
                self.on_text(text)
            if self._read_rate.spend():
                self._throttle()
        self._unread = unread[at:]

    def _throttle(self) -> None:
        """Read nothing for the rest of this window; other clients have their turn."""
        wait_s = self._read_rate.begin_window(self.loop.time())
        if wait_s > 0 and not self.transport.is_closing():
            if not self.read_paused:
                self.transport.pause_reading()
            self._throttle_timer = self.loop.call_later(wait_s, self._end_throttling)

    def _end_throttling(self) -> None:
        self._throttle_timer = None
        if not self.read_paused and not self.transport.is_closing():
            self._read_on()

    def _read_on(self) -> None:
        """Read what is left of earlier data in a new turn of the loop; no frame is nested so."""
        self.transport.resume_reading()
        if self._unread:
            self.loop.call_soon(self.read_frames)

    def _read_with_library(self, frame: bytes) -> None:
        """Have `websockets` read *frame*.

        It would add a control frame between two fragments to the size of their message, so that
        size is put aside meanwhile.
        """
        message_size, is_control = self.conn.current_size, frame[0] & CONTROL
        if is_control:
            self.conn.current_size = None
        super().data_received(frame)
        if is_control:
            self.conn.current_size = message_size
