"""Reading a websocket frame by frame: back-pressure, the rate limit, and a short cut for texts.

It relies on internals of Uvicorn and `websockets`, so their versions are pinned.
"""

import asyncio
from abc import ABC, abstractmethod
from typing import Any

from websockets.frames import apply_mask  # type: ignore[attr-defined]

from app.server.frames import CONTROL, FINAL_TEXT, MASK, MASKED, SHORT, SHORT_TEXT, end_of_frame
from app.server.opening import OpeningSocket
from app.server.read_rate import ReadRate
from app.ws.socket import Listener


class FrameReader(OpeningSocket, ABC):
    """Uvicorn's protocol, but once it has a listener, reading stops between two frames.

    For three reasons: `pause` was called; the client sent more frames than `limit_rate` allows; or
    it broke the protocol, and nothing it sends afterwards is of interest.
    """

    __slots__ = (
        "_frames_left",
        "_has_failed",
        "_is_stopped",
        "_listener",
        "_read_rate",
        "_takes_texts",
        "_throttle_timer",
        "_unread",
    )
    """What is looked at for each frame lies side by side, not in a dict of forty attributes: with
    thousands of websockets, each of them is fetched from memory for nearly every frame."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._listener: Listener | None = None
        self._unread = b""
        self._is_stopped = False
        self._takes_texts = True
        self._has_failed = False
        self._throttle_timer: asyncio.TimerHandle | None = None

    @abstractmethod
    def on_failed_text(self, error: Exception) -> None:
        """Handle that the listener raised *error* for a text."""

    def begin_reading(self, listener: Listener, frames_per_s: int) -> None:
        """Read for *listener*, and throttle a client that sends more frames than this."""
        self._read_rate = ReadRate(frames_per_s, self.loop.time())
        self._frames_left = self._read_rate.frames_per_window
        self._listener = listener
        self._note_state()

    def stop_reading(self) -> None:
        """Forget what was not read, because the connection is closed."""
        self._unread = b""
        if self._throttle_timer:
            self._throttle_timer.cancel()

    def pause(self) -> None:
        """Stop reading, so that the client's send buffer fills up: back-pressure."""
        if not self.read_paused and not self.transport.is_closing():
            self.read_paused = self._is_stopped = True
            if not self._throttle_timer:
                self.transport.pause_reading()

    def resume(self) -> None:
        """Read again, unless the client is being throttled."""
        if self.read_paused and not self.transport.is_closing():
            self.read_paused = False
            if not self._throttle_timer:
                self._read_on()

    def data_received(self, data: bytes) -> None:
        """Read one frame after the other, until the listener pauses or the rate is used up.

        Each op is a short text, so those are decoded right here, in as few calls as it can be done
        (`bench/calls.py` counts them). `websockets` reads all other frames. It is given whole ones
        only, so it is never in the middle of one when a text bypasses it.
        """
        if (listener := self._listener) is None:
            super().data_received(data)
            return
        data, at = self._unread + data, 0
        while at < len(data) and not self._is_stopped:
            begins = at + SHORT_TEXT
            if (
                begins <= len(data)
                and data[at] == FINAL_TEXT
                and MASKED <= data[at + 1] <= MASKED | SHORT
                and (ends := begins + data[at + 1] - MASKED) <= len(data)
                and self._takes_texts
            ):
                text, at = apply_mask(data[begins:ends], data[begins - MASK : begins]), ends
                try:
                    listener.on_text(text)
                except Exception as error:  # noqa: BLE001 - reported there
                    self.on_failed_text(error)
            elif (end := end_of_frame(data, at, self.config.ws_max_size)) is not None:
                frame, at = data[at:end], end
                self._read_with_library(frame)
            else:
                break
            self._frames_left -= 1
            if not self._frames_left:
                self._throttle()
        self._unread = b"" if self._has_failed else data[at:]

    def _note_state(self) -> None:
        """Note whether reading has to stop, and whether texts bypass the library.

        While a fragmented message is incomplete (`self.frames`), they do not: there, they are a
        protocol error. Nor do they after a close frame of ours, when they are of no interest.
        """
        self._is_stopped = bool(
            self.read_paused or self._throttle_timer or self._has_failed or self.conn.close_rcvd
        )
        self._takes_texts = not self.frames and not self.close_sent

    def _throttle(self) -> None:
        """Read nothing for the rest of this window; other clients have their turn."""
        self._frames_left = self._read_rate.frames_per_window
        wait_s = self._read_rate.begin_window(self.loop.time())
        if wait_s > 0 and not self.transport.is_closing():
            if not self.read_paused:
                self.transport.pause_reading()
            self._is_stopped = True
            self._throttle_timer = self.loop.call_later(wait_s, self._end_throttling)

    def _end_throttling(self) -> None:
        self._throttle_timer = None
        if not self.read_paused and not self.transport.is_closing():
            self._read_on()

    def _read_on(self) -> None:
        """Read what is left of earlier data in a new turn of the loop; no frame is nested so."""
        self._note_state()
        self.transport.resume_reading()
        if self._unread:
            self.loop.call_soon(self._read_unread)

    def _read_unread(self) -> None:
        if self._unread:  # the connection may have ended meanwhile
            self.data_received(b"")

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
        self._note_state()
