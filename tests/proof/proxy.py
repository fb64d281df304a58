"""A TCP proxy between the tabs and the shop that injects network faults."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final, NamedTuple

from tests.proof.frames import OpDuplicator

CHUNK: Final = 1 << 16
SMALL_BUFFER: Final = 4096
SLOW_READ_BYTES: Final = 512
"""Bytes that a slow reader reads at a time."""
SLOW_READ_DELAY_S: Final = 0.02

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class ProxiedConnection(NamedTuple):
    """One proxied connection: its writers to both ends."""

    client: asyncio.StreamWriter
    shop: asyncio.StreamWriter


class Proxy:
    """Forwards bytes both ways; injected faults last until `heal`."""

    def __init__(self, shop_port: int):
        self.port = 0
        self.duplicated = 0
        self._shop_port = shop_port
        self._connections: set[ProxiedConnection] = set()
        self._half_closed: set[ProxiedConnection] = set()
        self._up, self._down = asyncio.Event(), asyncio.Event()
        self._delay_s = 0.0
        self._bytes_left: float = float("inf")
        self._duplicates = self._is_slow = False
        self.heal()

    @property
    def origin(self) -> str:
        """Return the origin of the proxy."""
        return f"http://127.0.0.1:{self.port}"

    # Faults of all connections

    def heal(self) -> None:
        """End all faults; bytes that were held back are forwarded first."""
        self._up.set()
        self._down.set()
        self._delay_s, self._bytes_left = 0.0, float("inf")
        self._duplicates = self._is_slow = False

    def cut(self) -> None:
        """Abort every connection now, at both ends."""
        for connection in tuple(self._connections):
            _abort(connection)

    def cut_after(self, count: int) -> None:
        """Abort the connection on which the *count*-th byte from now passes, either way."""
        self._bytes_left = count

    def delay(self, seconds: float) -> None:
        """Delay all bytes by *seconds*."""
        self._delay_s = seconds

    def hold_back(self, *, up: bool, down: bool) -> None:
        """Hold back all bytes to the shop (*up*), to the tabs (*down*), or both."""
        if up:
            self._up.clear()
        if down:
            self._down.clear()

    def half_close(self) -> None:
        """Half-close the connections to the shop; its bytes are still forwarded."""
        for connection in tuple(self._connections):
            with suppress(OSError):
                connection.shop.write_eof()
            self._half_closed.add(connection)

    def duplicate_ops(self) -> None:
        """Send every op twice."""
        self._duplicates = True

    def slow_down(self) -> None:
        """Read from the shop slowly."""
        self._is_slow = True

    # One connection

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward between a client and the shop until one of them closes."""
        try:
            shop_reader, shop_writer = await self._connect()
        except OSError:
            writer.transport.abort()
            return
        connection = ProxiedConnection(writer, shop_writer)
        self._connections.add(connection)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._forward_up(connection, (reader, shop_writer)))
                both.create_task(self._forward_down(connection, (shop_reader, writer)))
        except* OSError:
            pass  # A closed end is no fault of the proxy.
        finally:
            _abort(connection)
            await asyncio.sleep(0)
            self._connections.discard(connection)
            self._half_closed.discard(connection)

    async def close(self) -> None:
        """Abort all connections, also those that are still opening."""
        self.heal()
        while self._connections:
            self.cut()
            await asyncio.sleep(0.001)

    async def _connect(self) -> Streams:
        connecting = socket.socket()
        connecting.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        connecting.setblocking(False)  # noqa: FBT003 - the parameter is positional
        try:
            await asyncio.get_running_loop().sock_connect(
                connecting, ("127.0.0.1", self._shop_port)
            )
        except OSError:
            connecting.close()
            raise
        return await asyncio.open_connection(sock=connecting)

    async def _forward_up(self, connection: ProxiedConnection, streams: Streams) -> None:
        reader, writer = streams
        duplicator = OpDuplicator()
        while data := await reader.read(CHUNK):
            await self._up.wait()
            output = duplicator.feed(data, duplicates=self._duplicates)
            self.duplicated = self.duplicated + duplicator.take_count()
            if connection not in self._half_closed:
                await self._forward(connection, writer, output)
        if not writer.is_closing():
            writer.write_eof()

    async def _forward_down(self, connection: ProxiedConnection, streams: Streams) -> None:
        reader, writer = streams
        while data := await reader.read(SLOW_READ_BYTES if self._is_slow else CHUNK):
            await self._down.wait()
            if self._is_slow:
                await asyncio.sleep(SLOW_READ_DELAY_S)
            await self._forward(connection, writer, data)
        _abort(connection)

    async def _forward(
        self, connection: ProxiedConnection, writer: asyncio.StreamWriter, data: bytes
    ) -> None:
        if self._delay_s:
            await asyncio.sleep(self._delay_s)
        writer.write(data[: int(min(self._bytes_left, len(data)))])
        self._bytes_left -= len(data)
        if self._bytes_left <= 0:
            self._bytes_left = float("inf")
            await writer.drain()
            _abort(connection)
        await writer.drain()


def _abort(connection: ProxiedConnection) -> None:
    for end in connection:
        end.transport.abort()


@asynccontextmanager
async def proxy_to(shop_port: int, port: int = 0) -> AsyncIterator[Proxy]:
    """Run a proxy to the shop at *shop_port*; *port* is the proxy's, 0 for any free one."""
    proxy = Proxy(shop_port)
    async with await asyncio.start_server(proxy.serve, "127.0.0.1", port) as server:
        proxy.port = server.sockets[0].getsockname()[1]
        try:
            yield proxy
        finally:
            await proxy.close()
