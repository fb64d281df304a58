"""A socket whose client's frames come another way than on a connection of its own."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable

from app.bus.relay_frames import Binary, Broken, Text
from app.ws.close_codes import CloseCode
from app.ws.socket import Listener

log = logging.getLogger(__name__)

FULL_BYTES, EMPTY_BYTES = 64 * 1024, 32 * 1024
"""Bytes on their way to the client: at the first the socket is full, below the second no longer."""
ABNORMAL_CLOSURE = 1006

FromClient = Text | Binary | Broken


class QueuedSocket(ABC):
    """An `AcceptedSocket` that handles frames in order, and keeps them while reading is paused."""

    def __init__(self) -> None:
        self.is_full = False
        self._listener: Listener | None = None
        self._waiting: deque[FromClient] = deque()
        self._is_paused = False
        self._is_closed = False
        self._unread_bytes = 0

    @abstractmethod
    def write(self, texts: Iterable[bytes]) -> None:
        """Send *texts*, a frame each, in one write."""

    @abstractmethod
    def close(self, code: int, reason: str) -> None:
        """Have the client told that this is the end."""

    @abstractmethod
    def _on_handled(self, frames: int) -> None:
        """Note that so many more frames were handled."""

    def attach(self, listener: Listener, _frames_per_s: int = 0) -> None:
        """Have *listener* serve the client; the rate is limited where its frames come in."""
        self._listener = listener
        self._deliver_soon()

    def pause(self) -> None:
        """Handle nothing more."""
        self._is_paused = True

    def resume(self) -> None:
        """Handle again what comes and what waits, from the next turn of the loop on."""
        if self._is_paused:
            self._is_paused = False
            self._deliver_soon()

    def on_frame(self, frame: FromClient) -> None:
        """Take what the client sent."""
        if not self._is_closed:
            self._waiting.append(frame)
            self._deliver()

    def on_ended(self, code: int) -> None:
        """Tell the listener, once, that the client is gone, or cannot be reached any more."""
        self._is_closed = True
        self._waiting.clear()
        listener, self._listener = self._listener, None
        if listener:
            listener.on_close(code)

    @property
    def has_ended(self) -> bool:
        """Say whether there is nobody to serve any more."""
        return self._is_closed

    def _note_unread(self, size: int) -> None:
        self._unread_bytes += size
        self.is_full = self._unread_bytes >= FULL_BYTES

    def _note_read(self, size: int) -> None:
        self._unread_bytes -= size
        if self.is_full and self._unread_bytes < EMPTY_BYTES:
            self.is_full = False
            if self._listener:
                self._listener.on_writable()

    def _deliver_soon(self) -> None:
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._deliver)

    def _deliver(self) -> None:
        handled = 0
        while self._waiting and self._listener and not self._is_paused:
            self._handle(self._waiting.popleft(), self._listener)
            handled += 1
        self._on_handled(handled)

    def _handle(self, frame: FromClient, listener: Listener) -> None:
        """Pass a frame on; a failure of the shop closes this socket only."""
        try:
            match frame:
                case Text():
                    listener.on_text(frame.data)
                case Binary():
                    listener.on_binary()
                case Broken():
                    listener.on_protocol_error(frame.code, frame.reason)
        except Exception:
            log.exception("a socket failed")
            self.close(CloseCode.FAILED, "")
