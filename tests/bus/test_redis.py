"""Two servers on a real Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from redis.asyncio import Redis

from app.bus.events import Barrier, CartCommitted, CatalogChanged, TabsChanged
from app.bus.redis import CART_CHANNEL, COMMON_CHANNEL
from app.domain.accounts import AccountId
from tests.bus.nodes import PATIENCE_S, Node, open_redis
from tests.examples import ADA
from tests.redis import RedisServer

BOB = AccountId("u-bob")


redis = pytest.fixture(scope="module")(open_redis)


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
    other.bus.publish(CartCommitted(ADA, 1, None))

    assert await other.receives() == ("one", CatalogChanged())
    assert await one.receives() == ("other", CartCommitted(ADA, 1, None))
    assert other.listener.events.empty()


async def test_a_cart_event_is_received_by_servers_that_show_the_cart(
    one: Node, other: Node
) -> None:
    await other.shows(ADA)

    one.bus.publish(CartCommitted(BOB, 1, None), BOB)
    one.bus.publish(CartCommitted(ADA, 2, None), ADA)

    assert await other.receives() == ("one", CartCommitted(ADA, 2, None))


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

    other.bus.publish(CartCommitted(ADA, 1, None), ADA)
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
    other.bus.publish(CartCommitted(ADA, 5, None), ADA)

    assert await one.receives() == ("other", CartCommitted(ADA, 5, None))
    assert one.disconnects > 0


async def test_a_barrier_comes_after_what_was_published_before_also_to_the_node_itself(
    one: Node, other: Node
) -> None:
    got: asyncio.Queue[int] = asyncio.Queue()
    one.bus.publish(CatalogChanged())
    one.bus.publish_barrier(Barrier(1, ADA), got.put_nowait)

    assert await one.receives() == ("one", Barrier(1, ADA))
    assert await other.receives() == ("one", CatalogChanged())
    assert await other.receives() == ("one", Barrier(1, ADA))
    async with asyncio.timeout(PATIENCE_S):
        assert await got.get() == 2


async def test_messages_of_another_version_are_ignored(
    redis: RedisServer, one: Node, caplog: pytest.LogCaptureFixture
) -> None:
    async with Redis.from_url(redis.url) as client:
        await client.publish(COMMON_CHANNEL, b'["newer",["weather","rain"]]')
        await client.publish(COMMON_CHANNEL, b'["newer",["shelf"]]')

    assert await one.receives() == ("newer", CatalogChanged())
    assert "no news here" in caplog.text


async def test_a_cart_event_of_another_version_has_the_cart_resynced(
    redis: RedisServer, one: Node
) -> None:
    await one.shows(ADA)
    async with Redis.from_url(redis.url) as client:
        await client.publish(f"{CART_CHANNEL}{ADA}", b'["older",["moved","u-ada",7,[]]]')

    async with asyncio.timeout(PATIENCE_S):
        assert await one.listener.resyncs.get() == ADA


async def test_more_carts_than_fit_into_one_command_are_all_subscribed_to(
    one: Node, other: Node
) -> None:
    accounts = [AccountId(f"u-{number}") for number in range(1200)]
    for account in accounts:
        one.bus.show(account, 1)
    async with asyncio.timeout(PATIENCE_S):
        assert [await one.listener.resyncs.get() for _ in accounts] == accounts

    for account in accounts:
        other.bus.publish(CartCommitted(account, 1, None), account)

    events_received = [await one.receives() for _ in accounts]
    assert [event for _, event in events_received] == [
        CartCommitted(account, 1, None) for account in accounts
    ]
