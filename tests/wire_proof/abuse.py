"""Abusive clients, in a process of their own, which reads its arguments as JSON on standard input.

Nothing is checked here: the parent process measures the server.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from itertools import count
from typing import NamedTuple
from uuid import uuid4

from websockets.frames import Opcode

from tests.wire_proof.mutants import frame

CONCURRENT = 50


class Target(NamedTuple):
    """Where the shop is, the handshake with and without a login, and the number of repetitions."""

    port: int
    host: str
    greeting: str
    without_login: str
    times: int


class RawConnection:
    """A TCP connection to the shop."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        """Send *data*, and wait until the write buffer has room."""
        self.writer.write(data)
        await self.writer.drain()

    async def hello(self, greeting: str) -> None:
        """Do the handshake, and send a hello."""
        await self.send(greeting.encode())
        await self.reader.readuntil(b"\r\n\r\n")
        hello = {"t": "hello", "tab": str(uuid4()), "gen": 1, "outbox": str(uuid4())}
        await self.send(frame(Opcode.TEXT, json.dumps(hello).encode()))

    async def read_until_closed(self) -> None:
        """Read and discard until the shop closes the connection."""
        while await self.reader.read(1 << 16):
            pass


async def connect_to(target: Target) -> RawConnection:
    """Open a connection to *target*."""
    return RawConnection(*await asyncio.open_connection("127.0.0.1", target.port))


async def drip_headers(target: Target) -> None:
    """Send a header every half second, and never the end of the headers."""
    connection = await connect_to(target)
    await connection.send(f"GET / HTTP/1.1\r\nHost: {target.host}\r\n".encode())
    while True:
        await connection.send(b"X-More: 1\r\n")
        await asyncio.sleep(0.5)


async def flood_headers(target: Target) -> None:
    """Send headers as fast as the shop reads them."""
    connection = await connect_to(target)
    await connection.send(f"GET / HTTP/1.1\r\nHost: {target.host}\r\n".encode())
    for _ in range(300):
        await connection.send(b"X-More: " + b"x" * 10_000 + b"\r\n")


async def flood_pings(target: Target) -> None:
    """Send pings as fast as the shop reads them."""
    connection = await connect_to(target)
    await connection.hello(target.greeting)
    for _ in range(2000):
        await connection.send(frame(Opcode.PING, b"p" * 125) * 100)


async def say_no_hello(target: Target) -> None:
    """Open a websocket, and send no hello."""
    connection = await connect_to(target)
    await connection.send(target.greeting.encode())
    await connection.read_until_closed()


async def have_no_login(target: Target) -> None:
    """Open a websocket without a login, and keep it open as long as possible."""
    connection = await connect_to(target)
    await connection.send(target.without_login.encode())
    await connection.read_until_closed()


async def flood_ops(target: Target) -> None:
    """Send ops without waiting for verdicts, which are read and discarded."""
    connection = await connect_to(target)
    await connection.hello(target.greeting)
    reading = asyncio.create_task(connection.read_until_closed())
    async with asyncio.timeout(4):
        for n in count(1):
            await connection.send(_note(n))
    await reading


async def read_nothing(target: Target) -> None:
    """Send ops and resyncs, and read nothing."""
    connection = await connect_to(target)
    await connection.hello(target.greeting)
    assert isinstance(connection.writer.transport, asyncio.Transport)
    connection.writer.transport.pause_reading()
    async with asyncio.timeout(9):
        for n in count(1):
            await connection.send(_note(n % 60 + 1))
            await connection.send(frame(Opcode.TEXT, b'{"t":"resync"}'))


async def come_and_go(target: Target) -> None:
    """Send a hello, and abort the connection at once."""
    connection = await connect_to(target)
    await connection.hello(target.greeting)
    connection.writer.transport.abort()


async def guess_passwords(target: Target) -> None:
    """Sign in with an e-mail address that may or may not exist."""
    body = json.dumps({"email": f"{uuid4()}@shop.example", "password": "a guess, no more"})
    connection = await connect_to(target)
    head = f"POST /api/session HTTP/1.1\r\nHost: {target.host}\r\nConnection: close\r\n"
    content = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    await connection.send(f"{head}{content}".encode())
    await connection.read_until_closed()


def _note(n: int) -> bytes:
    op = {"t": "op", "n": n, "k": "note.set", "text": f"{n} " + "🍎" * 490}
    return frame(Opcode.TEXT, json.dumps(op, ensure_ascii=False).encode())


ABUSES: Mapping[str, Callable[[Target], Awaitable[None]]] = {
    each.__name__: each
    for each in (
        drip_headers,
        flood_headers,
        flood_pings,
        say_no_hello,
        have_no_login,
        flood_ops,
        read_nothing,
        come_and_go,
        guess_passwords,
    )
}


async def main(name: str, target: Target) -> None:
    """Run the abuse *name* `target.times` times, at most CONCURRENT of them at once."""
    slots = asyncio.Semaphore(CONCURRENT)

    async def once() -> None:
        async with slots:
            with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                await ABUSES[name](target)

    await asyncio.gather(*(once() for _ in range(target.times)))


if __name__ == "__main__":
    arguments = json.load(sys.stdin)
    asyncio.run(main(arguments.pop("name"), Target(**arguments)))
