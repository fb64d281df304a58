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
    """Records events and resyncs."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[tuple[str, Event]] = asyncio.Queue()
        self.resyncs: asyncio.Queue[AccountId] = asyncio.Queue()
        self.resumed = asyncio.Event()

    def on_message(self, node: str, event: Event) -> None:
        self.events.put_nowait((node, event))

    def resync(self, account: AccountId) -> None:
        self.resyncs.put_nowait(account)

    def resume(self) -> None:
        self.resumed.set()


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
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
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


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    """Return a Redis server; a test that kills it must start it again."""
    if (program := find_redis()) is None:
        pytest.skip("there is no Redis here (on Debian: apt-get install redis-server)")
    server = RedisServer(program)
    server.start()
    yield server
    server.kill()


@pytest.fixture
async def one(redis: RedisServer) -> AsyncIterator[Node]:
    """Return a server that is subscribed."""
    node = Node(redis.url, "one")
    await node.ready()
    yield node
    await node.leave()


@pytest.fixture
async def other(redis: RedisServer) -> AsyncIterator[Node]:
    """Return another server that is subscribed."""
    node = Node(redis.url, "other")
    await node.ready()
    yield node
    await node.leave()


async def test_a_broadcast_event_is_received_by_other_servers_only(one: Node, other: Node) -> None:
    one.bus.publish(CatalogChanged())
    other.bus.publish(CartCommitted(ADA, 1, []))

    assert await other.receives() == ("one", CatalogChanged())
    assert await one.receives() == ("other", CartCommitted(ADA, 1, []))
    assert other.listener.events.empty()


async def test_a_cart_event_is_received_by_servers_that_show_the_cart(
    one: Node, other: Node
) -> None:
    await other.shows(ADA)

    one.bus.publish(CartCommitted(BOB, 1, []), BOB)
    one.bus.publish(CartCommitted(ADA, 2, []), ADA)

    assert await other.receives() == ("one", CartCommitted(ADA, 2, []))


async def test_a_server_that_begins_to_show_a_cart_resyncs_it_and_publishes_its_tab_count(
    one: Node, other: Node
) -> None:
    await one.shows(ADA, 2)
    await other.shows(ADA)
    assert await one.receives() == ("other", TabsChanged(ADA, 1))

    one.bus.show(ADA, 3)
    while await other.receives() != ("one", TabsChanged(ADA, 3)):
        pass
    one.bus.show(ADA, 0)
    assert await other.receives() == ("one", TabsChanged(ADA, 0))

    other.bus.publish(CartCommitted(ADA, 1, []), ADA)
    other.bus.publish(CatalogChanged())
    assert await one.receives() == ("other", CatalogChanged())


async def test_after_a_lost_connection_all_shown_carts_are_resynced_and_events_received_again(
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
        assert await one.listener.resyncs.get() == ADA
    for node in (one, other):
        while not node.bus.is_up:  # noqa: ASYNC110 - a property of the connection
            await asyncio.sleep(0.01)
    with suppress(asyncio.QueueEmpty):
        while True:
            one.listener.events.get_nowait()
    other.bus.publish(CartCommitted(ADA, 5, []), ADA)

    assert await one.receives() == ("other", CartCommitted(ADA, 5, []))
    assert one.disconnects > 0


async def test_messages_of_another_version_are_ignored(
    redis: RedisServer, one: Node, caplog: pytest.LogCaptureFixture
) -> None:
    async with Redis.from_url(redis.url) as client:
        await client.publish(COMMON_CHANNEL, b'["newer",["weather","rain"]]')
        await client.publish(COMMON_CHANNEL, b'["newer",["shelf"]]')

    assert await one.receives() == ("newer", CatalogChanged())
    assert "no news here" in caplog.text


async def test_more_carts_than_fit_into_one_command_are_all_subscribed_to(
    one: Node, other: Node
) -> None:
    accounts = [AccountId(f"u-{number}") for number in range(1200)]
    for account in accounts:
        one.bus.show(account, 1)
    async with asyncio.timeout(PATIENCE_S):
        assert [await one.listener.resyncs.get() for _ in accounts] == accounts

    for account in accounts:
        other.bus.publish(CartCommitted(account, 1, []), account)

    events_received = [await one.receives() for _ in accounts]
    assert [event for _, event in events_received] == [
        CartCommitted(account, 1, []) for account in accounts
    ]
