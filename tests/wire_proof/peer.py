"""A client socket of which the test controls every byte, and which records how it is closed."""

import asyncio
from collections.abc import Callable

from websockets.frames import Opcode

from tests.e2e.raw_client import Shopper
from tests.e2e.raw_http import handshake

WITHOUT_A_WORD = 1006
WITHOUT_A_CODE = 1005
PATIENCE_S = 15.0


class Peer(asyncio.Protocol):
    """The client's end of a socket; `over` becomes the close code, 1006 if there was none."""

    def __init__(self, greeting: bytes, heard: Callable[[bytes], None]):
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[bytes] = loop.create_future()
        self.over: asyncio.Future[int] = loop.create_future()
        self._greeting = greeting
        self._heard = heard
        self._unread = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the handshake."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._greeting)

    def data_received(self, data: bytes) -> None:
        """Read the answer to the handshake, and then frames."""
        self._unread += data
        if not self.opened.done():
            head, end, rest = self._unread.partition(b"\r\n\r\n")
            if not end:
                return
            self._unread = rest
            self.opened.set_result(bytes(head))
        while frame := self._take_frame():
            self._hear(*frame)

    def connection_lost(self, _: Exception | None) -> None:
        """Handle the end of the connection."""
        self._end(WITHOUT_A_WORD)
        if not self.opened.done():
            self.opened.set_result(b"")

    def write(self, data: bytes) -> None:
        """Send *data*."""
        if not self.transport.is_closing():
            self.transport.write(data)

    def _take_frame(self) -> tuple[int, bytes] | None:
        """Take a whole frame off what came; the shop never masks or fragments."""
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

    def _hear(self, opcode: int, payload: bytes) -> None:
        if opcode == Opcode.TEXT:
            self._heard(payload)
        elif opcode == Opcode.CLOSE:
            self._end(int.from_bytes(payload[:2]) if payload else WITHOUT_A_CODE)
            self.transport.close()

    def _end(self, code: int) -> None:
        if not self.over.done():
            self.over.set_result(code)


async def peer_of(shopper: Shopper, heard: Callable[[bytes], None]) -> Peer:
    """Open a socket with the login of *shopper*, or fail; say nothing yet."""
    greeting = handshake(shopper.server, f"Cookie: {shopper.cookie}")
    loop = asyncio.get_running_loop()
    _, peer = await loop.create_connection(
        lambda: Peer(greeting, heard), "127.0.0.1", shopper.server.port
    )
    async with asyncio.timeout(PATIENCE_S):
        head = await peer.opened
    assert head.startswith(b"HTTP/1.1 101"), head
    return peer
