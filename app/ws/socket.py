"""What a connection needs of its socket."""

from collections.abc import Iterable
from typing import Protocol


class Socket(Protocol):
    """An accepted websocket; `server.ShopSocket` is one."""

    @property
    def is_full(self) -> bool:
        """Say whether the client has not read what was written before."""

    def write(self, texts: Iterable[bytes]) -> None:
        """Put *texts* on the line, a frame each, as one piece."""

    def pause(self) -> None:
        """Stop reading."""

    def resume(self) -> None:
        """Read on."""

    def close(self, code: int, reason: str) -> None:
        """Say good-bye and hang up."""


class Listener(Protocol):
    """Who serves an accepted websocket, called back as things happen."""

    def heard(self, text: str) -> None:
        """Take a text frame."""

    def heard_bytes(self) -> None:
        """Learn that a binary frame came."""

    def failed(self, code: int, reason: str) -> None:
        """Learn that the client broke the protocol; `close` with this code when ready."""

    def writable(self) -> None:
        """Learn that there is room to write again."""

    def gone(self, code: int) -> None:
        """Learn that the socket is closed, with the client's *code* (1006: without a word)."""


class AcceptedSocket(Socket, Protocol):
    """A socket that is still to be handed to its connection."""

    def attach(self, listener: Listener, frames_a_second: int = ...) -> None:
        """Serve the socket from now on with *listener*; read so many frames a second, or more."""
