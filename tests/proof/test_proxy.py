"""The proxy forwards bytes, and injects exactly the requested faults."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

import pytest
from websockets.frames import Frame, Opcode

from tests.proof.proxy import Proxy, proxy_to
from tests.waiting import LONGEST_S, wait_until

UPGRADE = b"GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"
OP = Frame(Opcode.TEXT, b'{"t":"op","n":1}')
PING = Frame(Opcode.TEXT, b'{"t":"ping","id":1}')
SOON_S = 0.1


class FarEnd(NamedTuple):
    """The server's end of a proxied connection: the bytes received, and a writer."""

    received: bytearray
    ended: asyncio.Event
    writer: asyncio.StreamWriter


class ProxiedPair(NamedTuple):
    """Both ends of a connection through a proxy."""

    proxy: Proxy
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    far: FarEnd

    async def wait_until_received(self, data: bytes) -> None:
        """Wait until the far end has received exactly *data*."""
        await wait_until(lambda: bytes(self.far.received) == data)


@asynccontextmanager
async def proxied_pair() -> AsyncIterator[ProxiedPair]:
    """Open a connection through a proxy to a server that records what it receives."""
    far_ends: asyncio.Queue[FarEnd] = asyncio.Queue()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far = FarEnd(bytearray(), asyncio.Event(), writer)
        far_ends.put_nowait(far)
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                far.received.extend(data)
        far.ended.set()

    async with (
        await asyncio.start_server(listen, "127.0.0.1", 0) as server,
        proxy_to(server.sockets[0].getsockname()[1]) as proxy,
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        far = await far_ends.get()
        try:
            yield ProxiedPair(proxy, reader, writer, far)
        finally:
            for end in (writer, far.writer):
                end.transport.abort()
            await asyncio.wait_for(far.ended.wait(), 5)


async def test_without_a_fault_everything_passes_both_ways() -> None:
    async with proxied_pair() as pair:
        pair.writer.write(b"there")
        await pair.wait_until_received(b"there")
        pair.far.writer.write(b"back")
        assert await pair.reader.readexactly(4) == b"back"


async def test_a_cut_connection_ends_both_ways_at_once() -> None:
    async with proxied_pair() as pair:
        pair.proxy.cut()
        assert await pair.reader.read() == b""
        await asyncio.wait_for(pair.far.ended.wait(), LONGEST_S)


async def test_cut_after_passes_that_many_bytes_and_no_more() -> None:
    async with proxied_pair() as pair:
        pair.proxy.cut_after(3)
        pair.writer.write(b"there")
        await asyncio.wait_for(pair.far.ended.wait(), LONGEST_S)
        assert bytes(pair.far.received) in {b"", b"the"}


@pytest.mark.parametrize(("up", "down"), [(True, False), (False, True), (True, True)])
async def test_bytes_held_back_one_way_pass_the_other_and_arrive_when_healed(
    *, up: bool, down: bool
) -> None:
    async with proxied_pair() as pair:
        pair.proxy.hold_back(up=up, down=down)
        pair.writer.write(b"there")
        pair.far.writer.write(b"back")
        if up:
            await asyncio.sleep(SOON_S)
            assert bytes(pair.far.received) == b""
        else:
            await pair.wait_until_received(b"there")
        if not down:
            assert await pair.reader.readexactly(4) == b"back"
        pair.proxy.heal()
        await pair.wait_until_received(b"there")
        if down:
            assert await pair.reader.readexactly(4) == b"back"


async def test_a_half_closed_connection_still_delivers_the_other_way() -> None:
    async with proxied_pair() as pair:
        pair.proxy.half_close()
        await asyncio.wait_for(pair.far.ended.wait(), LONGEST_S)
        pair.far.writer.write(b"back")
        assert await pair.reader.readexactly(4) == b"back"


async def test_delayed_bytes_arrive_later() -> None:
    async with proxied_pair() as pair:
        pair.proxy.delay(SOON_S)
        began_s = time.monotonic()
        pair.writer.write(b"there")
        await pair.wait_until_received(b"there")
        assert time.monotonic() - began_s >= SOON_S


async def test_a_slow_reader_takes_longer_to_receive_all_bytes() -> None:
    async with proxied_pair() as pair:
        pair.proxy.slow_down()
        pair.far.writer.write(b"x" * 5000)
        began_s = time.monotonic()
        assert len(await pair.reader.readexactly(5000)) == 5000
        assert time.monotonic() - began_s >= SOON_S


async def test_only_ops_are_duplicated_whole_and_in_place() -> None:
    op, ping = (frame.serialize(mask=True) for frame in (OP, PING))
    async with proxied_pair() as pair:
        pair.proxy.duplicate_ops()
        sent = UPGRADE + op + ping
        for byte in sent:
            pair.writer.write(bytes([byte]))
            await asyncio.sleep(0)
        await pair.wait_until_received(UPGRADE + op + op + ping)
        assert pair.proxy.duplicated == 1
