"""A cable between browsers and a server, which can be cut and pulled out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Self

from tests.e2e.server import Server, free_port

CHUNK = 65_536


class NetworkProxy:
    """Passes bytes on between its own port and the server's; a cut loses what is on the way."""

    def __init__(self, server: Server):
        """Tell *server*, which is not started yet, by which other name it will be called."""
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.is_down = False
        self.broken = 0
        self._server_port = server.port
        self._ends: set[asyncio.StreamWriter] = set()
        server.environment["SHOP_ORIGINS"] = f"{server.origin},{self.origin}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Pass on what comes, for as long as this lasts."""
        listening = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        yield self
        listening.close()
        self.cut()

    def cut(self) -> None:
        """Break every connection, without a word to either side."""
        self.broken += len(self._ends) // 2
        for end in tuple(self._ends):
            end.transport.abort()

    def go_down(self) -> None:
        """Break every connection, and let none be made."""
        self.is_down = True
        self.cut()

    def go_up(self) -> None:
        """Let connections be made again."""
        self.is_down = False

    async def _carry(self, here: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        if self.is_down:
            back.transport.abort()
            return
        try:
            there, on = await asyncio.open_connection("127.0.0.1", self._server_port)
        except OSError:
            back.transport.abort()
            return
        self._ends |= {back, on}
        await asyncio.gather(_pass_on(here, on), _pass_on(there, back))
        self._ends -= {back, on}


async def _pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(CHUNK):
            sink.write(data)
            await sink.drain()
    sink.close()
