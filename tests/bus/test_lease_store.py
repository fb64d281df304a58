"""Leases on a real Redis: what `tests/bus/fakes.py` stands for."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from app.bus.lease_store import NODE_MS, OWNER_KEY, RedisLeaseStore
from app.bus.leases import Exchange, Owner
from app.bus.redis import NODE_CHANNEL, BusDisconnected
from app.domain.accounts import AccountId
from tests.bus.nodes import Node, open_redis
from tests.examples import ADA
from tests.redis import RedisServer

BOB = AccountId("u-bob")
STALE = "gone"

redis = pytest.fixture(scope="module")(open_redis)


@pytest.fixture
async def nodes(redis: RedisServer) -> AsyncIterator[tuple[Node, Node]]:
    """Return two servers that are subscribed, on an empty database."""
    async with Redis.from_url(redis.url) as client:
        await client.flushall()
    both = Node(redis.url, "one"), Node(redis.url, "other")
    for node in both:
        await node.ready()
    yield both
    for node in both:
        await node.leave()


async def claim(node: Node, *accounts: AccountId, instead_of: str = "") -> Exchange:
    """Claim carts for a node."""
    claims = dict.fromkeys(accounts, instead_of)
    return await RedisLeaseStore(node.bus).exchange((), claims, is_leaving=False)


async def test_of_two_nodes_that_claim_the_first_owns_and_the_other_is_told(
    nodes: tuple[Node, Node],
) -> None:
    one, other = nodes

    assert await claim(one, ADA) == Exchange({}, has_lapsed=True)
    assert await claim(other, ADA, BOB) == Exchange({ADA: Owner("one")}, has_lapsed=True)
    assert await claim(one, ADA, BOB) == Exchange({BOB: Owner("other")})


async def test_a_node_gives_up_its_own_leases_only(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    await claim(one, ADA)
    store_of_one, store_of_other = RedisLeaseStore(one.bus), RedisLeaseStore(other.bus)

    await store_of_other.exchange([ADA], {}, is_leaving=False)
    assert (await claim(other, ADA)).refused == {ADA: Owner("one")}
    await store_of_one.exchange([ADA], {}, is_leaving=True)

    assert await claim(other, ADA) == Exchange({})


async def test_a_node_that_leaves_is_told_apart_and_once_it_has_left_owns_nothing(
    nodes: tuple[Node, Node],
) -> None:
    one, other = nodes
    store = RedisLeaseStore(one.bus)
    await store.exchange((), {ADA: ""}, is_leaving=True)
    assert (await claim(other, ADA)).refused == {ADA: Owner("one", is_leaving=True)}
    assert await claim(other, ADA, instead_of="one") == Exchange({}, takeovers=1)

    await claim(one, BOB)
    await store.leave()

    assert await claim(other, BOB) == Exchange({}, takeovers=1)


async def test_a_node_whose_connection_or_whose_key_is_gone_owns_nothing(
    redis: RedisServer, nodes: tuple[Node, Node]
) -> None:
    one, other = nodes
    async with Redis.from_url(redis.url) as client:
        await client.set(f"{NODE_CHANNEL}{STALE}", "stays")
        await client.set(f"{OWNER_KEY}{ADA}", STALE)
        assert await claim(one, ADA) == Exchange({}, takeovers=1, has_lapsed=True)

        assert 0 < await client.pttl(f"{NODE_CHANNEL}{one.bus.node}") <= NODE_MS
        await client.delete(f"{NODE_CHANNEL}{one.bus.node}")
        assert await claim(other, ADA) == Exchange({}, takeovers=1, has_lapsed=True)


async def test_without_redis_a_claim_fails(redis: RedisServer, nodes: tuple[Node, Node]) -> None:
    one, _ = nodes
    await asyncio.to_thread(redis.kill)
    try:
        with pytest.raises(BusDisconnected):
            await claim(one, ADA)
    finally:
        await asyncio.to_thread(redis.start)
