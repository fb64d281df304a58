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
        self._server_port = server.port
        self._ends: set[asyncio.StreamWriter] = set()
        server.environment["SHOP_ORIGINS"] = f"{server.origin},{self.origin}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Forward connections inside this context."""
        listener = await asyncio.start_server(self._forward, "127.0.0.1", self.port)
        yield self
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
        try:
            upstream = await asyncio.open_connection("127.0.0.1", self._server_port)
        except OSError:
            writer.transport.abort()
            return
        server_reader, server_writer = upstream
        self._ends |= {writer, server_writer}
        await asyncio.gather(_copy(reader, server_writer), _copy(server_reader, writer))
        self._ends -= {writer, server_writer}


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(CHUNK):
            sink.write(data)
            await sink.drain()
    sink.close()
