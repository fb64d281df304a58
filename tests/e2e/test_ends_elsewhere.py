"""A request that ends somebody's use of a cart is answered once the other node tells nothing more.

The other node owns the cart, and what Redis sends it is held back meanwhile.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.e2e.event_tab import EventTabs
from tests.e2e.household import family_of, open_tab, start_server
from tests.e2e.raw_client import PASSWORD, Shopper
from tests.e2e.server import Server
from tests.e2e.shared import open_shared
from tests.e2e.test_household_ends import (
    NOT_SHARED,
    STAFF,
    Changes,
    House,
    disabled,
    gather,
    last_change,
    stream_until_closed,
    until_closed,
    watch,
)
from tests.proof.proxy import Proxy, proxy_to

SIGNED_OUT = 4410


class Nodes(NamedTuple):
    """Two servers, and the line of the second to Redis."""

    first: Server
    second: Server
    line: Proxy


@pytest.fixture
async def nodes(tmp_path: Path) -> AsyncIterator[Nodes]:
    """Return two servers, the first of which has an account of staff."""
    async with AsyncExitStack() as stack:
        shared = stack.enter_context(open_shared())
        url, redis = shared.cluster.new(), shared.redis.url
        line = await stack.enter_async_context(proxy_to(int(redis.split(":")[2][:-2])))
        through = f"redis://127.0.0.1:{line.port}/0"
        first, second = [
            await asyncio.to_thread(start_server, stack, tmp_path / name, url, to)
            for name, to in (("first", redis), ("second", through))
        ]
        given = ("account", "add", STAFF, "--name", "Sam", "--staff")
        added = first.command(*given, given=f"{PASSWORD}\n")
        assert added.returncode == 0, added.stderr
        yield Nodes(first, second, line)


@pytest.mark.parametrize("who", ["member", "owner"])
async def test_an_account_that_is_disabled_is_told_nothing_by_the_other_node_afterwards(
    who: str, nodes: Nodes, tabs: EventTabs
) -> None:
    servers, staff = (nodes.first, nodes.second), Shopper(nodes.first, email=STAFF)
    async with family_of(servers, 3) as (owner, member, other):
        out, busy = (member, owner) if who == "member" else (owner, other)
        busy.server = nodes.second
        changes = Changes(await open_tab(busy, owner.account))
        house = await gather(House(owner, member, staff), nodes.first, "disabled")
        shown = [await watch(house, server, tabs) for server in servers]
        async with changes.being_made(), held_until_told(nodes.line, member, owner, changes):
            assert await disabled(House(owner, out, staff)) == 303
            newest = changes.newest
        code = SIGNED_OUT if who == "member" else NOT_SHARED
        for socket, stream in shown:
            assert last_change(await until_closed(socket, code)) <= newest
            assert last_change(await stream_until_closed(stream, code)) <= newest


@asynccontextmanager
async def held_until_told(
    line: Proxy, member: Shopper, owner: Shopper, changes: Changes
) -> AsyncIterator[None]:
    """Hold *line* back until *member* is refused, and the other node has told a change more."""
    line.hold_back(up=False, down=True)
    releasing = asyncio.create_task(_release(line, member, owner, changes))
    try:
        yield
    finally:
        await releasing


async def _release(line: Proxy, member: Shopper, owner: Shopper, changes: Changes) -> None:
    try:
        async with asyncio.timeout(60):
            while (await member.send("GET", f"/api/cart?cart={owner.account}")).status == 200:
                pass
            await changes.more(2)
    finally:
        line.heal()
