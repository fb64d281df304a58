"""A transport that ends in bounded time, whatever its client does."""

import asyncio
from collections.abc import Callable
from typing import Any

from app.server.bounded_http import BoundedConnection

UNREAD_S = 10.0
"""In this time a client has to read some of what waits for it."""
LINGER_S = 2.0
"""How long a client that is still sending may go on after the last answer."""


class DeadlineTransport(asyncio.Transport):
    """Closes *raw* also if the client reads nothing, or does not stop sending.

    A socket that is closed with unread input resets the connection, and the client may lose the
    answer (RFC 9112 §9.6). So a client that is in the middle of a request is told that no more
    will come, and what it sends is discarded for `LINGER_S`.
    """

    def __init__(
        self, raw: asyncio.Transport, conn: BoundedConnection, on_unread: Callable[[], None]
    ):
        super().__init__()
        self.raw = raw
        self._conn = conn
        self._on_unread = on_unread
        self._is_closing = False
        self._unread = 0
        self._timer: asyncio.TimerHandle | None = None

    def close(self) -> None:
        """End our side; the connection is lost soon."""
        if self.is_closing() or not self._conn.has_more:
            self.close_both()
            return
        self._begin_closing()
        self.raw.resume_reading()
        self.raw.write_eof()
        self._start(UNREAD_S if self.raw.get_write_buffer_size() else LINGER_S)

    def close_both(self) -> None:
        """Close once the client has read what was written."""
        if not self._is_closing:
            self._begin_closing()
            self.raw.close()
            self._start(UNREAD_S)

    def watch(self) -> None:
        """Abort if the client reads nothing for `UNREAD_S`, time after time until `unwatch`."""
        if self._timer is None:
            self._start(UNREAD_S)

    def unwatch(self) -> None:
        """End the watch, unless the transport is closing."""
        if self._timer is not None and not self._is_closing:
            self._timer.cancel()
            self._timer = None

    def hurry(self, within_s: float) -> None:
        """If the client is waited for, wait *within_s* seconds longer at most."""
        loop = asyncio.get_running_loop()
        if self._timer is not None and self._timer.when() > loop.time() + within_s:
            self._timer.cancel()
            self._timer = loop.call_later(within_s, self.raw.abort)

    def forget(self) -> None:
        """End everything, because the connection is lost."""
        self._is_closing = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def is_closing(self) -> bool:
        """Say whether `close` was called, or the client has gone."""
        return self._is_closing or self.raw.is_closing()

    def abort(self) -> None:
        """Close at once, without sending what was not sent."""
        self.raw.abort()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send *data*."""
        self.raw.write(data)

    def pause_reading(self) -> None:
        """Stop reading."""
        self.raw.pause_reading()

    def resume_reading(self) -> None:
        """Read again."""
        self.raw.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what the raw transport knows."""
        return self.raw.get_extra_info(name, default)

    def _begin_closing(self) -> None:
        self.unwatch()
        self._is_closing = True

    def _start(self, wait_s: float) -> None:
        self._unread = self.raw.get_write_buffer_size()
        self._timer = asyncio.get_running_loop().call_later(wait_s, self._check)

    def _check(self) -> None:
        """Abort, unless the client has read a part of what waits, and not all."""
        unread = self.raw.get_write_buffer_size()
        if 0 < unread < self._unread:
            self._start(UNREAD_S)
            return
        if unread:
            self._on_unread()
        self.raw.abort()
