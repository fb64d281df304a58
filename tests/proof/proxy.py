"""A TCP proxy between the tabs and the shop that injects network faults."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final, NamedTuple

from tests.proof.frames import Doubler

CHUNK: Final = 1 << 16
SMALL_BUFFER: Final = 4096
DROPS: Final = 512
"""Bytes that a slow reader reads at a time."""
SIP_S: Final = 0.02

Flow = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Line(NamedTuple):
    """One proxied connection: its writers to both ends."""

    client: asyncio.StreamWriter
    shop: asyncio.StreamWriter


class Proxy:
    """Forwards bytes both ways; injected faults last until `heal`."""

    def __init__(self, shop_port: int):
        self.port = 0
        self.doubled = 0
        self._shop_port = shop_port
        self._lines: set[Line] = set()
        self._halves: set[Line] = set()
        self._up, self._down = asyncio.Event(), asyncio.Event()
        self._delay_s = 0.0
        self._left: float = float("inf")
        self._doubles = self._is_slow = False
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
        self._delay_s, self._left = 0.0, float("inf")
        self._doubles = self._is_slow = False

    def cut(self) -> None:
        """Abort every connection now, at both ends."""
        for line in tuple(self._lines):
            _cut(line)

    def cut_after(self, count: int) -> None:
        """Abort the connection on which the *count*-th byte from now passes, either way."""
        self._left = count

    def delay(self, seconds: float) -> None:
        """Delay all bytes by *seconds*."""
        self._delay_s = seconds

    def swallow(self, *, up: bool, down: bool) -> None:
        """Hold back all bytes to the shop (*up*), to the tabs (*down*), or both."""
        if up:
            self._up.clear()
        if down:
            self._down.clear()

    def half_close(self) -> None:
        """Half-close the connections to the shop; its bytes are still forwarded."""
        for line in tuple(self._lines):
            with suppress(OSError):
                line.shop.write_eof()
            self._halves.add(line)

    def double(self) -> None:
        """Send every op twice."""
        self._doubles = True

    def slow_down(self) -> None:
        """Read from the shop slowly."""
        self._is_slow = True

    # One connection

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward between a client and the shop until one of them closes."""
        try:
            shop_reader, shop_writer = await self._dial()
        except OSError:
            writer.transport.abort()
            return
        line = Line(writer, shop_writer)
        self._lines.add(line)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass_up(line, (reader, shop_writer)))
                both.create_task(self._pass_down(line, (shop_reader, writer)))
        except* OSError:
            pass  # A closed end is no fault of the proxy.
        finally:
            _cut(line)
            await asyncio.sleep(0)
            self._lines.discard(line)
            self._halves.discard(line)

    async def close(self) -> None:
        """Abort all connections, also those that are still opening."""
        self.heal()
        while self._lines:
            self.cut()
            await asyncio.sleep(0.001)

    async def _dial(self) -> Flow:
        plug = socket.socket()
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        plug.setblocking(False)  # noqa: FBT003 - the parameter is positional
        try:
            await asyncio.get_running_loop().sock_connect(plug, ("127.0.0.1", self._shop_port))
        except OSError:
            plug.close()
            raise
        return await asyncio.open_connection(sock=plug)

    async def _pass_up(self, line: Line, flow: Flow) -> None:
        reader, writer = flow
        doubler = Doubler()
        while data := await reader.read(CHUNK):
            await self._up.wait()
            passed = doubler.take(data, doubles=self._doubles)
            self.doubled = self.doubled + doubler.take_count()
            if line not in self._halves:
                await self._pass(line, writer, passed)
        if not writer.is_closing():
            writer.write_eof()

    async def _pass_down(self, line: Line, flow: Flow) -> None:
        reader, writer = flow
        while data := await reader.read(DROPS if self._is_slow else CHUNK):
            await self._down.wait()
            if self._is_slow:
                await asyncio.sleep(SIP_S)
            await self._pass(line, writer, data)
        _cut(line)

    async def _pass(self, line: Line, writer: asyncio.StreamWriter, data: bytes) -> None:
        if self._delay_s:
            await asyncio.sleep(self._delay_s)
        writer.write(data[: int(min(self._left, len(data)))])
        self._left -= len(data)
        if self._left <= 0:
            self._left = float("inf")
            await writer.drain()
            _cut(line)
        await writer.drain()


def _cut(line: Line) -> None:
    for end in line:
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
