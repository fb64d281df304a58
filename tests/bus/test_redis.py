"""Two servers on a real Redis."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest
from redis.asyncio import Redis

from app.bus.events import CartCommitted, CatalogChanged, Event, TabsChanged
from app.bus.redis import COMMON_CHANNEL, BusDisconnected, RedisBus
from app.domain.cart import AccountId
from tests.examples import ADA
from tests.redis import RedisServer, find_redis

BOB = AccountId("u-bob")
PATIENCE_S = 60


class RecordingListener:
    """Hears, and remembers."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[tuple[str, Event]] = asyncio.Queue()
        self.suspects: asyncio.Queue[AccountId] = asyncio.Queue()
        self.resumed = asyncio.Event()

    def on_message(self, node: str, event: Event) -> None:
        self.heard.put_nowait((node, event))

    def resync(self, account: AccountId) -> None:
        self.suspects.put_nowait(account)

    def resume(self) -> None:
        self.resumed.set()


class Node:
    """A server on the bus."""

    def __init__(self, url: str, name: str):
        self.bus = RedisBus(url, name)
        self.listener = RecordingListener()
        self.cuts = 0
        self.tasks = [asyncio.create_task(self._keep(work)) for work in (self._listen, self._speak)]

    async def ready(self) -> None:
        """Wait until it hears."""
        async with asyncio.timeout(PATIENCE_S):
            await self.listener.resumed.wait()

    async def shows(self, account: AccountId, tabs: int = 1) -> None:
        """Show a cart, and wait until it is heard of."""
        self.bus.show(account, tabs)
        async with asyncio.timeout(PATIENCE_S):
            assert await self.listener.suspects.get() == account

    async def hears(self) -> tuple[str, Event]:
        """Return what is heard next."""
        async with asyncio.timeout(PATIENCE_S):
            return await self.listener.heard.get()

    async def leave(self) -> None:
        """Hang up."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.bus.close()

    async def _listen(self) -> None:
        await self.bus.listen(self.listener)

    async def _speak(self) -> None:
        await self.bus.flush()

    async def _keep(self, work: object) -> None:
        while True:
            try:
                await work()  # type: ignore[operator]
            except BusDisconnected:
                self.cuts += 1
                await asyncio.sleep(0.02)


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    """Return a server that may be killed, if it is started again."""
    if (program := find_redis()) is None:
        pytest.skip("there is no Redis here (on Debian: apt-get install redis-server)")
    server = RedisServer(program)
    server.start()
    yield server
    server.kill()


@pytest.fixture
async def one(redis: RedisServer) -> AsyncIterator[Node]:
    """Return a server that hears."""
    node = Node(redis.url, "one")
    await node.ready()
    yield node
    await node.leave()


@pytest.fixture
async def other(redis: RedisServer) -> AsyncIterator[Node]:
    """Return another."""
    node = Node(redis.url, "other")
    await node.ready()
    yield node
    await node.leave()


async def test_what_concerns_all_is_heard_by_the_others_and_not_by_oneself(
    one: Node, other: Node
) -> None:
    one.bus.publish(CatalogChanged())
    other.bus.publish(CartCommitted(ADA, 1, []))

    assert await other.hears() == ("one", CatalogChanged())
    assert await one.hears() == ("other", CartCommitted(ADA, 1, []))
    assert other.listener.heard.empty()


async def test_of_a_cart_hears_who_shows_it(one: Node, other: Node) -> None:
    await other.shows(ADA)

    one.bus.publish(CartCommitted(BOB, 1, []), BOB)
    one.bus.publish(CartCommitted(ADA, 2, []), ADA)

    assert await other.hears() == ("one", CartCommitted(ADA, 2, []))


async def test_who_shows_a_cart_looks_at_it_and_tells_how_many_tabs_do(
    one: Node, other: Node
) -> None:
    await one.shows(ADA, 2)
    await other.shows(ADA)
    assert await one.hears() == ("other", TabsChanged(ADA, 1))

    one.bus.show(ADA, 3)
    while await other.hears() != ("one", TabsChanged(ADA, 3)):
        pass
    one.bus.show(ADA, 0)
    assert await other.hears() == ("one", TabsChanged(ADA, 0))

    other.bus.publish(CartCommitted(ADA, 1, []), ADA)
    other.bus.publish(CatalogChanged())
    assert await one.hears() == ("other", CatalogChanged())


async def test_after_a_cut_everything_that_is_shown_is_looked_at_and_heard_of_again(
    redis: RedisServer, one: Node, other: Node
) -> None:
    await one.shows(ADA)
    one.listener.resumed.clear()
    await asyncio.to_thread(redis.kill)
    for _ in range(3):
        other.bus.publish(CatalogChanged())
        await asyncio.sleep(0.05)
    assert not one.bus.is_up
    assert other.bus.waiting <= 1

    await asyncio.to_thread(redis.start)
    await one.ready()
    async with asyncio.timeout(PATIENCE_S):
        assert await one.listener.suspects.get() == ADA
    for node in (one, other):
        while not node.bus.is_up:  # noqa: ASYNC110 - a property of the line
            await asyncio.sleep(0.01)
    with suppress(asyncio.QueueEmpty):
        while True:
            one.listener.heard.get_nowait()
    other.bus.publish(CartCommitted(ADA, 5, []), ADA)

    assert await one.hears() == ("other", CartCommitted(ADA, 5, []))
    assert one.cuts > 0


async def test_what_another_version_says_is_passed_over(
    redis: RedisServer, one: Node, caplog: pytest.LogCaptureFixture
) -> None:
    async with Redis.from_url(redis.url) as client:
        await client.publish(COMMON_CHANNEL, b'["newer",["weather","rain"]]')
        await client.publish(COMMON_CHANNEL, b'["newer",["shelf"]]')

    assert await one.hears() == ("newer", CatalogChanged())
    assert "no news here" in caplog.text


async def test_more_than_fit_into_one_command_are_all_heard_of(one: Node, other: Node) -> None:
    crowd = [AccountId(f"u-{number}") for number in range(1200)]
    for account in crowd:
        one.bus.show(account, 1)
    async with asyncio.timeout(PATIENCE_S):
        assert [await one.listener.suspects.get() for _ in crowd] == crowd

    for account in crowd:
        other.bus.publish(CartCommitted(account, 1, []), account)

    heard = [await one.hears() for _ in crowd]
    assert [event for _, event in heard] == [CartCommitted(account, 1, []) for account in crowd]
