"""A minimal websocket client for measurements, whose own CPU does not hide the server's.

It checks nothing, and supports text frames and pings only; the full client is `app.client`.
"""

import asyncio
import base64
import os
from collections.abc import Callable
from typing import cast
from uuid import uuid4

import msgspec

from app.ws.handshake import VERSION

SHORT, MEDIUM = 125, 126
TEXT, PING, PONG = 0x81, 0x89, 0x8A


class LightTab(asyncio.Protocol):
    """A tab; *on_message* is called with each frame after the tab was welcomed."""

    def __init__(self, host: str, cookie: str, on_message: Callable[[bytes], None]):
        self.tab, self.outbox = str(uuid4()), str(uuid4())
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._host = host
        self._cookie = cookie
        self._on_message = on_message
        self._unread = b""
        self._is_open = False

    def send_json(self, **fields: object) -> None:
        """Send a message, given as fields."""
        self.send(msgspec.json.encode(fields))

    def send(self, text: bytes) -> None:
        """Send a message that is encoded already."""
        self._transport.write(frame_of(text))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the handshake."""
        self._transport = cast("asyncio.Transport", transport)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = (
            "GET /ws HTTP/1.1",
            f"Host: {self._host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Protocol: {VERSION}",
            f"Cookie: {self._cookie}",
            "",
            "",
        )
        self._transport.write("\r\n".join(lines).encode())

    def data_received(self, data: bytes) -> None:
        """Parse the handshake's response, then frames."""
        self._unread += data
        if not self._is_open:
            head, end, self._unread = self._unread.partition(b"\r\n\r\n")
            if not end:
                self._unread = head
                return
            if b" 101 " not in head:
                self.ready.set_exception(ConnectionRefusedError(head.decode()))
                return
            self._is_open = True
            self.send_json(t="hello", tab=self.tab, gen=1, outbox=self.outbox)
        self._read_frames()

    @property
    def is_closed(self) -> bool:
        """Whether the connection is closed."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Drop the connection."""
        self._transport.abort()

    def _read_frames(self) -> None:
        unread, at = self._unread, 0
        while (frame := _next(unread, at)) is not None:
            begins, ends = frame
            if unread[at] == TEXT:
                self._receive(unread[begins:ends])
            elif unread[at] == PING:
                self._transport.write(
                    bytes((PONG, 128 | ends - begins)) + bytes(4) + unread[begins:ends]
                )
            at = ends
        self._unread = unread[at:]

    def _receive(self, text: bytes) -> None:
        if not self.ready.done():
            if text.startswith(b'{"t":"tabs"'):
                self.ready.set_result(None)
            return
        self._on_message(text)


def _next(data: bytes, at: int) -> tuple[int, int] | None:
    """Return the bounds of the payload of the frame at *at*; `None` if it is incomplete."""
    if len(data) < at + 2:
        return None
    size, begins = data[at + 1], at + 2
    if size > SHORT:
        digits = 2 if size == MEDIUM else 8
        size, begins = int.from_bytes(data[begins : begins + digits]), begins + digits
    return (begins, begins + size) if begins + size <= len(data) else None


def frame_of(text: bytes) -> bytes:
    """Return a text frame of a client, with a mask of zeros."""
    size = len(text)
    head = bytes((TEXT, 128 | size)) if size <= SHORT else b"\x81\xfe" + size.to_bytes(2)
    return head + bytes(4) + text
