"""HTTP by hand, for clients that do what no library would."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.e2e.server import Server
from tests.e2e.wire import OFFERED, PATIENCE_S


class Line:
    """An open TCP connection to the shop."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self._reader = reader
        self._writer = writer

    def write(self, data: bytes) -> None:
        """Send *data* as it is."""
        self._writer.write(data)

    async def head(self) -> list[str]:
        """Return the lines of an answer up to the empty one, in lower case."""
        async with asyncio.timeout(PATIENCE_S):
            head = await self._reader.readuntil(b"\r\n\r\n")
        return head.decode("latin-1").lower().split("\r\n")[:-2]

    async def read(self, size: int) -> bytes:
        """Return the next *size* bytes."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._reader.readexactly(size)

    async def rest(self) -> bytes:
        """Return what comes until the shop hangs up."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._reader.read()

    def close(self) -> None:
        """Hang up without a word."""
        self._writer.transport.abort()


@asynccontextmanager
async def line_to(server: Server) -> AsyncIterator[Line]:
    """Open a connection; it is cut in the end."""
    line = Line(*await asyncio.open_connection("127.0.0.1", server.port))
    try:
        yield line
    finally:
        line.close()


def request(server: Server, method: str, path: str, *headers: str) -> bytes:
    """Return the text of a request without a body."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {server.host}", *headers, "", ""]
    return "\r\n".join(lines).encode()


def handshake(server: Server, *headers: str, offered: Sequence[str] = OFFERED) -> bytes:
    """Return the text of a handshake."""
    return request(
        server,
        "GET",
        "/ws",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Protocol: {', '.join(offered)}",
        *headers,
    )
