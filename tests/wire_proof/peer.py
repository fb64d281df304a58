"""A websocket client that sends raw bytes, and records the close code."""

import asyncio
from collections.abc import Callable

from websockets.frames import Opcode

from tests.e2e.raw_client import Shopper
from tests.e2e.raw_http import handshake

ABNORMAL_CLOSURE = 1006
NO_STATUS = 1005
TIMEOUT_S = 15.0


class Peer(asyncio.Protocol):
    """The client's end of a websocket; `close_code` is 1006 if there was no close frame."""

    def __init__(self, greeting: bytes, on_text: Callable[[bytes], None]):
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[bytes] = loop.create_future()
        self.close_code: asyncio.Future[int] = loop.create_future()
        self._greeting = greeting
        self._on_text = on_text
        self._unread = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the handshake."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._greeting)

    def data_received(self, data: bytes) -> None:
        """Read the response to the handshake, and then frames."""
        self._unread += data
        if not self.opened.done():
            head, end, rest = self._unread.partition(b"\r\n\r\n")
            if not end:
                return
            self._unread = rest
            self.opened.set_result(bytes(head))
        while frame := self._take_frame():
            self._on_frame(*frame)

    def connection_lost(self, _: Exception | None) -> None:
        """Record a connection that was lost without a close frame."""
        self._end(ABNORMAL_CLOSURE)
        if not self.opened.done():
            self.opened.set_result(b"")

    def write(self, data: bytes) -> None:
        """Send *data*, unless the connection is closing."""
        if not self.transport.is_closing():
            self.transport.write(data)

    def _take_frame(self) -> tuple[int, bytes] | None:
        """Remove a complete frame from the buffer; the shop never masks or fragments."""
        unread, begins = self._unread, 2
        if len(unread) < begins:
            return None
        size = unread[1]
        if size > 125:
            digits = 2 if size == 126 else 8
            size, begins = int.from_bytes(unread[2 : 2 + digits]), begins + digits
        if len(unread) < begins + size:
            return None
        opcode, payload = unread[0] & 0x0F, bytes(unread[begins : begins + size])
        del unread[: begins + size]
        return opcode, payload

    def _on_frame(self, opcode: int, payload: bytes) -> None:
        if opcode == Opcode.TEXT:
            self._on_text(payload)
        elif opcode == Opcode.CLOSE:
            self._end(int.from_bytes(payload[:2]) if payload else NO_STATUS)
            self.transport.close()

    def _end(self, code: int) -> None:
        if not self.close_code.done():
            self.close_code.set_result(code)


async def peer_of(shopper: Shopper, on_text: Callable[[bytes], None]) -> Peer:
    """Open a websocket with the login of *shopper*; send no hello yet."""
    greeting = handshake(shopper.server, f"Cookie: {shopper.cookie}")
    loop = asyncio.get_running_loop()
    _, peer = await loop.create_connection(
        lambda: Peer(greeting, on_text), "127.0.0.1", shopper.server.port
    )
    async with asyncio.timeout(TIMEOUT_S):
        head = await peer.opened
    assert head.startswith(b"HTTP/1.1 101"), head
    return peer
