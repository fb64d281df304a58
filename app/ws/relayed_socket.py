"""The owner's end of a relayed websocket: to its connection it is a websocket like any other."""

from collections.abc import Iterable
from typing import Protocol

from app.bus.relay_frames import Close, Read, Texts, ToEdge, Written
from app.ws.queued_socket import QueuedSocket

TEXTS_A_CREDIT = 16
BYTES_A_CREDIT = 16 * 1024


class Post(Protocol):
    """Sends frames to the node at the other end; `bus.relay_bus.RelayBus` is how."""

    def __call__(self, frame: ToEdge) -> None:
        """Send *frame*."""


class RelayedSocket(QueuedSocket):
    """An `AcceptedSocket` whose client is connected to another node.

    The other node sends no more than `MOST_TEXTS` ahead of what was handled. What is written counts
    as not read until that node says that the client has taken it; so a slow client is as slow here
    as there.
    """

    def __init__(self, name: str, send: Post):
        super().__init__()
        self._name = name
        self._send = send
        self._handled = 0

    def write(self, texts: Iterable[bytes]) -> None:
        """Send *texts*, a frame each, in one write."""
        if self._is_closed:
            return
        sent = Texts(self._name, list(texts))
        self._note_unread(sum(map(len, sent.texts)))
        self._send(sent)

    def close(self, code: int, reason: str) -> None:
        """Have the websocket closed."""
        if not self._is_closed:
            self._is_closed = True
            self._waiting.clear()
            self._send(Close(self._name, code, reason))

    def on_written(self, frame: Written) -> None:
        """Note that the client has read more."""
        self._note_read(frame.size)

    def _on_handled(self, frames: int) -> None:
        self._handled += frames
        if self._handled >= TEXTS_A_CREDIT:
            self._send(Read(self._name, self._handled))
            self._handled = 0
