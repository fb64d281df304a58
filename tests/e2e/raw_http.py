"""Raw TCP connections, for requests that no HTTP library sends."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.e2e.raw_client import OFFERED, TIMEOUT_S
from tests.e2e.server import Server


class RawConnection:
    """An open TCP connection to the shop."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self._reader = reader
        self._writer = writer

    def write(self, data: bytes) -> None:
        """Send *data* as it is."""
        self._writer.write(data)

    async def head(self) -> list[str]:
        """Return the status line and header lines of a response, in lower case."""
        async with asyncio.timeout(TIMEOUT_S):
            head = await self._reader.readuntil(b"\r\n\r\n")
        return head.decode("latin-1").lower().split("\r\n")[:-2]

    async def read(self, size: int) -> bytes:
        """Return the next *size* bytes."""
        async with asyncio.timeout(TIMEOUT_S):
            return await self._reader.readexactly(size)

    async def read_to_end(self) -> bytes:
        """Return everything up to the end of the stream."""
        async with asyncio.timeout(TIMEOUT_S):
            return await self._reader.read()

    def close(self) -> None:
        """Abort the connection."""
        self._writer.transport.abort()


@asynccontextmanager
async def raw_connection(server: Server) -> AsyncIterator[RawConnection]:
    """Open a connection, and abort it on exit."""
    connection = RawConnection(*await asyncio.open_connection("127.0.0.1", server.port))
    try:
        yield connection
    finally:
        connection.close()


def request(server: Server, method: str, path: str, *headers: str) -> bytes:
    """Return the text of a request without a body."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {server.host}", *headers, "", ""]
    return "\r\n".join(lines).encode()


def handshake(server: Server, *headers: str, offered: Sequence[str] = OFFERED) -> bytes:
    """Return the text of a websocket handshake (RFC 6455 §4.1)."""
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
