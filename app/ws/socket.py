"""What a connection needs of its websocket, and is called back with."""

from collections.abc import Iterable
from typing import Protocol


class Socket(Protocol):
    """An accepted websocket; `app.server.websocket.ShopSocket` is one."""

    @property
    def is_full(self) -> bool:
        """Say whether the client has not read what was written before."""

    def write(self, texts: Iterable[bytes]) -> None:
        """Send *texts*, a frame each, in one write."""

    def pause(self) -> None:
        """Stop reading."""

    def resume(self) -> None:
        """Read again."""

    def close(self, code: int, reason: str) -> None:
        """Send a close frame, and disconnect."""


class Listener(Protocol):
    """Serves an accepted websocket."""

    def on_text(self, data: bytes) -> None:
        """Handle a text message; raises `UnicodeDecodeError` if it is not in UTF-8."""

    def on_binary(self) -> None:
        """Handle a binary message."""

    def on_protocol_error(self, code: int, reason: str) -> None:
        """Handle a breach of RFC 6455: `close` with this code when ready; nothing more is read."""

    def on_writable(self) -> None:
        """Handle that the client has read what was written."""

    def on_close(self, code: int) -> None:
        """Handle the end: the client's close code, or 1006 without a close frame."""


class AcceptedSocket(Socket, Protocol):
    """A websocket that has no listener yet."""

    def attach(self, listener: Listener, frames_per_s: int = ...) -> None:
        """Have *listener* serve it from now on; more frames a second are read later."""
