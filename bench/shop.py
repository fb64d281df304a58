"""The server under measurement: a real process on a core of its own, with logged-in accounts."""

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
from bench.light_client import LightTab
from tests.e2e.server import ROOT, Server

MAX_CONCURRENT = 2


class NaiveServer(Server):
    """The naive implementation (`bench.naive_shop`), started and stopped like the shop."""

    def begin(self) -> None:
        """Start the process, without waiting until it is ready."""
        words = ("-m", "bench.naive_shop", str(self.port), self.database.removeprefix("sqlite:///"))
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True
            )


class MeasuredShop:
    """A running server with all limits lifted."""

    def __init__(self, server: Server):
        self.server = server
        self._shop = Shop(server.origin)

    @property
    def cost(self) -> Cost:
        """The CPU and memory of the server process."""
        return cost(self.server.running.pid)

    async def skus(self) -> list[str]:
        """Return the SKUs of products with ample stock."""
        return [product.sku async for product in self._shop.products() if product.stock is None]

    async def register(self, count: int) -> list[Account]:
        """Register *count* accounts, two at a time, as the server checks passwords."""
        slots = asyncio.Semaphore(MAX_CONCURRENT)

        async def one(number: int) -> Account:
            async with slots:
                return await self._register(number)

        return await asyncio.gather(*(one(number) for number in range(count)))

    async def open(self, account: Account, on_message: Callable[[bytes], None]) -> LightTab:
        """Return an open tab of *account*."""
        loop = asyncio.get_running_loop()
        host, port = "127.0.0.1", self.server.port
        _, tab = await loop.create_connection(
            lambda: LightTab(self.server.host, account.cookie, on_message), host, port
        )
        await tab.ready
        return tab

    async def _register(self, number: int) -> Account:
        email, password = f"shopper-{os.urandom(6).hex()}@bench.example", os.urandom(12).hex()
        try:
            return await self._shop.register(email, password, f"Number {number}")
        except Problem as problem:
            if not problem.retry_after_s:
                raise
            await asyncio.sleep(problem.retry_after_s)
            return await self._register(number)


@contextmanager
def measured_shop(kind: type[Server] = Server, **settings: str) -> Iterator[MeasuredShop]:
    """Run a server on a temporary database, on a core of its own, with *settings* besides."""
    with TemporaryDirectory() as folder:
        server = kind(Path(folder), limits="load", log="warning", **settings)
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
    """Split the cores: the first for the server, which inherits it, the others for the client."""
    every = os.sched_getaffinity(0)
    first = {min(every)}
    try:
        yield first, every - first or every
    finally:
        os.sched_setaffinity(0, every)
