"""A shop to measure: a real server process, and accounts that are logged in."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from app.client import Account, Problem, Shop
from app.load.server import Cost, cost
from bench.line import Line
from tests.e2e.server import ROOT, Server

AT_ONCE = 2


class ObviousServer(Server):
    """The obvious way, started and ended like the shop."""

    def begin(self) -> None:
        """Start a process, and do not wait until it is ready."""
        words = ("-m", "bench.obvious", str(self.port), self.database.removeprefix("sqlite:///"))
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True
            )


class MeasuredShop:
    """A running server with all limits lifted, and what it has cost."""

    def __init__(self, server: Server):
        self.server = server
        self._shop = Shop(server.origin)

    @property
    def cost(self) -> Cost:
        """Return what the server has cost so far."""
        return cost(self.server.running.pid)

    async def skus(self) -> list[str]:
        """Return everything that is sold in plenty."""
        return [product.sku async for product in self._shop.products() if product.stock is None]

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
def measured_shop(kind: type[Server] = Server) -> Iterator[MeasuredShop]:
    """Run a shop on a scratch database for as long as it is measured, on a core of its own."""
    with TemporaryDirectory() as folder:
        server = kind(Path(folder), limits="load", log="warning")
        with _cores() as (first, others):
            os.sched_setaffinity(0, first)
            server.start()
            os.sched_setaffinity(0, others)
            try:
                yield MeasuredShop(server)
            finally:
                server.end()


@contextmanager
def _cores() -> Iterator[tuple[set[int], set[int]]]:
    """Part the cores: one for the server, which inherits it, the others for who measures."""
    every = os.sched_getaffinity(0)
    first = {min(every)}
    try:
        yield first, every - first or every
    finally:
        os.sched_setaffinity(0, every)
