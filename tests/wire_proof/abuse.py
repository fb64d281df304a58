"""What abusive clients do, in a process of their own, which reads what on standard input.

Nothing is checked here: the process that started it looks at the server.
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

AT_ONCE = 50


class Target(NamedTuple):
    """The shop, as bytes: how to greet it with a login and without, and how often to be bad."""

    port: int
    host: str
    greeting: str
    without_login: str
    times: int


class Line:
    """A connection to the shop."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        """Send, and wait until there is room."""
        self.writer.write(data)
        await self.writer.drain()

    async def hello(self, greeting: str) -> None:
        """Become a tab."""
        await self.send(greeting.encode())
        await self.reader.readuntil(b"\r\n\r\n")
        hello = {"t": "hello", "tab": str(uuid4()), "gen": 1, "outbox": str(uuid4())}
        await self.send(frame(Opcode.TEXT, json.dumps(hello).encode()))

    async def read_out(self) -> None:
        """Read until the shop hangs up."""
        while await self.reader.read(1 << 16):
            pass


async def line_to(target: Target) -> Line:
    """Open a connection."""
    return Line(*await asyncio.open_connection("127.0.0.1", target.port))


async def drip_headers(target: Target) -> None:
    """Send a header every half second, and never the last."""
    line = await line_to(target)
    await line.send(f"GET / HTTP/1.1\r\nHost: {target.host}\r\n".encode())
    while True:
        await line.send(b"X-More: 1\r\n")
        await asyncio.sleep(0.5)


async def flood_headers(target: Target) -> None:
    """Send headers as fast as they are taken."""
    line = await line_to(target)
    await line.send(f"GET / HTTP/1.1\r\nHost: {target.host}\r\n".encode())
    for _ in range(300):
        await line.send(b"X-More: " + b"x" * 10_000 + b"\r\n")


async def flood_pings(target: Target) -> None:
    """Send pings as fast as they are taken."""
    line = await line_to(target)
    await line.hello(target.greeting)
    for _ in range(2000):
        await line.send(frame(Opcode.PING, b"p" * 125) * 100)


async def say_no_hello(target: Target) -> None:
    """Open a socket, and send nothing."""
    line = await line_to(target)
    await line.send(target.greeting.encode())
    await line.read_out()


async def have_no_login(target: Target) -> None:
    """Open a socket without a login, and stay as long as possible."""
    line = await line_to(target)
    await line.send(target.without_login.encode())
    await line.read_out()


async def flood_ops(target: Target) -> None:
    """Send ops without waiting for answers, which are read and forgotten."""
    line = await line_to(target)
    await line.hello(target.greeting)
    reading = asyncio.create_task(line.read_out())
    async with asyncio.timeout(4):
        for n in count(1):
            await line.send(_note(n))
    await reading


async def read_nothing(target: Target) -> None:
    """Request as much as possible, and never read it."""
    line = await line_to(target)
    await line.hello(target.greeting)
    assert isinstance(line.writer.transport, asyncio.Transport)
    line.writer.transport.pause_reading()
    async with asyncio.timeout(9):
        for n in count(1):
            await line.send(_note(n % 60 + 1))
            await line.send(frame(Opcode.TEXT, b'{"t":"resync"}'))


async def come_and_go(target: Target) -> None:
    """Open a tab and cut it at once."""
    line = await line_to(target)
    await line.hello(target.greeting)
    line.writer.transport.abort()


async def guess_passwords(target: Target) -> None:
    """Sign in with an e-mail address that may or may not exist."""
    body = json.dumps({"email": f"{uuid4()}@shop.example", "password": "a guess, no more"})
    line = await line_to(target)
    head = f"POST /api/session HTTP/1.1\r\nHost: {target.host}\r\nConnection: close\r\n"
    given = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    await line.send(f"{head}{given}".encode())
    await line.read_out()


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
    """Abuse the server so many times, some of them at once."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def once() -> None:
        async with turns:
            with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                await ABUSES[name](target)

    await asyncio.gather(*(once() for _ in range(target.times)))


if __name__ == "__main__":
    told = json.load(sys.stdin)
    asyncio.run(main(told.pop("name"), Target(**told)))
