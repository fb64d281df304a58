"""A TCP proxy between browsers and a server, which can break connections and refuse new ones."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Self

from tests.e2e.server import Server, free_port

CHUNK = 65_536


class NetworkProxy:
    """Forwards bytes between its own port and the server's; a cut loses bytes in transit."""

    def __init__(self, server: Server):
        """Add the proxy's origin to the settings of *server*, which is not started yet."""
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.is_down = False
        self.broken = 0
        self.websockets = "forwarded"
        """What becomes of a handshake: it is forwarded, refused, left to hang, or answered by the
        shop, and all frames are swallowed."""
        self._server_port = server.port
        self._ends: set[asyncio.StreamWriter] = set()
        named = f"http://localhost:{self.port}"  # passkeys need a name
        server.environment["SHOP_ORIGINS"] = f"{server.origin},{self.origin},{named}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Forward connections inside this context."""
        listener = await asyncio.start_server(self._forward, "127.0.0.1", self.port)
        try:
            yield self
        finally:
            listener.close()
            self.cut()

    def cut(self) -> None:
        """Abort every connection on both sides, without a close handshake."""
        self.broken += len(self._ends) // 2
        for end in tuple(self._ends):
            end.transport.abort()

    def go_down(self) -> None:
        """Abort every connection, and refuse new ones."""
        self.is_down = True
        self.cut()

    def go_up(self) -> None:
        """Accept connections again."""
        self.is_down = False

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_down:
            writer.transport.abort()
            return
        first = await reader.read(CHUNK)
        is_blocked = first.startswith(b"GET /ws ") and self.websockets != "forwarded"
        if is_blocked and self.websockets != "swallowed":
            await self._block(reader, writer)
            return
        try:
            upstream = await asyncio.open_connection("127.0.0.1", self._server_port)
        except OSError:
            writer.transport.abort()
            return
        server_reader, server_writer = upstream
        self._ends |= {writer, server_writer}
        server_writer.write(first)
        if is_blocked:
            writer.write(await server_reader.readuntil(b"\r\n\r\n"))
            await _read_to_end(reader)
            server_writer.transport.abort()
            writer.close()
        else:
            await asyncio.gather(_copy(reader, server_writer), _copy(server_reader, writer))
        self._ends -= {writer, server_writer}

    async def _block(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Refuse a handshake as a proxy does that knows no websockets, or never answer it."""
        if self.websockets == "hanging":
            self._ends.add(writer)
            await _read_to_end(reader)
            self._ends.discard(writer)
        else:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        writer.close()


async def _read_to_end(reader: asyncio.StreamReader) -> None:
    with suppress(OSError):
        while await reader.read(CHUNK):
            pass


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(CHUNK):
            sink.write(data)
            await sink.drain()
    sink.close()
