"""Servers on a real Redis, which record what they receive."""

import asyncio
from collections.abc import Iterator

import pytest

from app.bus.events import Event
from app.bus.redis import BusDisconnected, RedisBus
from app.bus.relay_frames import Batch
from app.domain.accounts import AccountId
from app.runtime.tasks import cancel_all
from tests.redis import RedisServer, find_redis

PATIENCE_S = 60


class RecordingListener:
    """Records events and resyncs."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[tuple[str, Event]] = asyncio.Queue()
        self.resyncs: asyncio.Queue[AccountId] = asyncio.Queue()
        self.resumed = asyncio.Event()
        self.batches: list[Batch] = []
        self.disconnects = 0

    def on_message(self, node: str, event: Event) -> None:
        self.events.put_nowait((node, event))

    def resync(self, account: AccountId) -> None:
        self.resyncs.put_nowait(account)

    def resume(self) -> None:
        self.resumed.set()

    def on_batch(self, batch: Batch) -> None:
        self.batches.append(batch)

    def on_disconnected(self) -> None:
        self.disconnects += 1


class Node:
    """A server on the bus."""

    def __init__(self, url: str, name: str):
        self.bus = RedisBus(url, name)
        self.listener = RecordingListener()
        self.disconnects = 0
        self.tasks = [asyncio.create_task(self._keep(work)) for work in (self._listen, self._flush)]

    async def ready(self) -> None:
        """Wait until it is subscribed."""
        async with asyncio.timeout(PATIENCE_S):
            await self.listener.resumed.wait()

    async def shows(self, account: AccountId, tabs: int = 1) -> None:
        """Show a cart, and wait until it is subscribed to."""
        self.bus.show(account, tabs)
        async with asyncio.timeout(PATIENCE_S):
            assert await self.listener.resyncs.get() == account

    async def receives(self) -> tuple[str, Event]:
        """Return the next event with its sender."""
        async with asyncio.timeout(PATIENCE_S):
            return await self.listener.events.get()

    async def leave(self) -> None:
        """Stop, and close the connection."""
        await cancel_all(self.tasks)
        await self.bus.close()

    async def _listen(self) -> None:
        await self.bus.listen(self.listener)

    async def _flush(self) -> None:
        await self.bus.flush()

    async def _keep(self, work: object) -> None:
        while True:
            try:
                await work()  # type: ignore[operator]
            except BusDisconnected:
                self.disconnects += 1
                await asyncio.sleep(0.02)


def open_redis() -> Iterator[RedisServer]:
    """Return a Redis server; a test that kills it must start it again."""
    if (program := find_redis()) is None:
        pytest.skip("there is no Redis here (on Debian: apt-get install redis-server)")
    server = RedisServer(program)
    try:
        server.start()
        yield server
    finally:
        server.kill()
