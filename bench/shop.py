"""A shop to measure: a real server process, and accounts that are logged in."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from app.client import Account, Problem, Shop
from bench.line import Line
from bench.process import Cost, cost
from tests.e2e.server import Server

AT_ONCE = 2


class MeasuredShop:
    """A running server with all limits lifted, and what it has cost."""

    def __init__(self, server: Server):
        self.server = server
        self._shop = Shop(server.origin)

    @property
    def cost(self) -> Cost:
        """Return what the server has cost so far."""
        return cost(self.server.running.pid)

    async def register(self, count: int) -> list[Account]:
        """Return so many new accounts; two at a time, as the shop checks passwords."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> Account:
            async with turns:
                return await self._register(number)

        return await asyncio.gather(*(one(number) for number in range(count)))

    async def open(self, account: Account, heard: Callable[[bytes], None]) -> Line:
        """Return an open tab of *account*."""
        loop = asyncio.get_running_loop()
        host, port = "127.0.0.1", self.server.port
        _, line = await loop.create_connection(
            lambda: Line(self.server.host, account.cookie, heard), host, port
        )
        await line.ready
        return line

    async def _register(self, number: int) -> Account:
        name = f"shopper-{os.urandom(6).hex()}"
        try:
            return await self._shop.register(f"{name}@bench.example", name, f"Number {number}")
        except Problem as problem:
            await asyncio.sleep(problem.retry_after_s or 1)
            return await self._register(number)


@contextmanager
def measured_shop() -> Iterator[MeasuredShop]:
    """Run a shop on a scratch database for as long as it is measured."""
    with TemporaryDirectory() as folder:
        server = Server(Path(folder), limits="load", log="warning")
        server.start()
        try:
            yield MeasuredShop(server)
        finally:
            server.end()
