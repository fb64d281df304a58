"""The server is killed at bad moments, and nothing that was promised is lost."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from http.client import HTTPException
from itertools import cycle, islice, pairwise
from typing import NamedTuple
from uuid import uuid4

import pytest

from app.client import RetryPolicy, Shop, Tab
from app.domain.verdicts import Ok
from tests.databases import exists
from tests.e2e.catalog import APPLES, MILK, PLENTY
from tests.e2e.conftest import Street
from tests.e2e.frame_recorder import FrameRecorder
from tests.e2e.raw_client import Shopper, new_shopper, op
from tests.e2e.server import Server

pytestmark = pytest.mark.on_both

SETTINGS = {"limits": "load"}
QUICK = RetryPolicy(base_delay_s=0.05, max_delay_s=0.1, reset_after_s=0)
HERS, HIS = 120, 80
REMEMBERED = 32
BACK_S = 60


class Watched(NamedTuple):
    """A tab, and what it was told."""

    tab: Tab
    kept: FrameRecorder

    async def comes_back(self, times: int = 1) -> None:
        """Wait until the tab was welcomed again."""
        async with asyncio.timeout(BACK_S):
            await self.kept.until(lambda kept: len(kept.welcomes) > times)


@pytest.fixture
async def tabs(ada: Shopper) -> AsyncIterator[tuple[Watched, Watched]]:
    """Return two open tabs of one account that come back by themselves."""
    account = Shop(ada.server.origin, retry_policy=QUICK).account(ada.account, ada.cookie)
    async with AsyncExitStack() as opened:

        async def watched() -> Watched:
            kept = FrameRecorder()
            return Watched(await opened.enter_async_context(account.tab(observer=kept)), kept)

        yield await watched(), await watched()


async def reborn(shop: Server) -> None:
    """Kill the server, and start it again on the same database."""
    shop.tell(signal.SIGKILL)
    await asyncio.to_thread(shop.exit_code)
    await asyncio.to_thread(shop.start)


async def agree(ada: Shopper, *tabs: Watched) -> None:
    """Wait until all tabs stand where the database stands; no revision fell on the way."""
    at = (await ada.cart())["at"]
    for tab, kept in tabs:
        async with asyncio.timeout(BACK_S):
            while tab.at != at:
                await tab.events().next()
        assert kept.gaps == []
        assert all(before <= after for before, after in pairwise(kept.revs))


@pytest.mark.smoke
async def test_after_a_kill_between_two_ops_both_tabs_reconnect_with_the_same_cart(
    shop: Server, ada: Shopper, tabs: tuple[Watched, Watched]
) -> None:
    one, other = tabs
    assert await one.tab.add(APPLES, 2) == Ok(1, 1)
    await agree(ada, one, other)
    before = await ada.cart()

    await reborn(shop)
    await asyncio.gather(one.comes_back(), other.comes_back())

    assert await ada.cart() == before
    assert [tab.kept.welcomes[-1]["mode"] for tab in tabs] == ["same", "same"]
    assert (one.tab.at, other.tab.at) == (before["at"], before["at"])
    assert await other.tab.add(MILK) == Ok(1, 2)
    await agree(ada, one, other)
    assert await ada.quantities() == {APPLES: 2, MILK: 1}


@pytest.mark.parametrize("moment", [1, 40, 80])
async def test_after_a_kill_during_200_ops_every_ok_is_saved_exactly_once(
    shop: Server, ada: Shopper, tabs: tuple[Watched, Watched], moment: int
) -> None:
    one, other = tabs
    skus = list(islice(cycle(PLENTY[:50]), HERS + HIS))
    one.kept.on_verdict_count(moment, lambda: shop.tell(signal.SIGKILL))
    wishes = [one.tab.add(sku) for sku in skus[:HERS]] + [other.tab.add(s) for s in skus[HERS:]]

    assert await asyncio.to_thread(shop.exit_code) == -signal.SIGKILL
    await asyncio.to_thread(shop.start)
    verdicts = await asyncio.gather(*wishes)
    await agree(ada, one, other)

    assert all(isinstance(verdict, Ok) for verdict in verdicts)
    assert sorted(verdict.rev for verdict in verdicts) == list(range(1, HERS + HIS + 1))
    assert await ada.quantities() == Counter(skus)
    assert (await ada.cart())["rev"] == HERS + HIS
    for n in range(HERS - REMEMBERED + 1, HERS + 1):
        one.tab.resend(n)
    await one.kept.until(lambda kept: len(kept.verdicts[HERS]) > 1)
    assert all(verdict == said[0] for said in one.kept.verdicts.values() for verdict in said)


@pytest.mark.parametrize("after_s", [0, 0.005])
async def test_an_unanswered_op_gets_one_verdict_when_it_is_sent_again(
    shop: Server, ada: Shopper, after_s: float
) -> None:
    tab = await ada.tab()
    await tab.send_frame("op", n=1, k="line.add", sku=APPLES, qty=1)
    await asyncio.sleep(after_s)
    await reborn(shop)

    again = await ada.tab(outbox=tab.outbox, pend=[1])
    verdict = await again.submit(1, "line.add", sku=APPLES, qty=1)

    assert verdict == {"t": "ok", "n": 1, "rev": 1}
    assert again.welcome["verdicts"] in ([], [verdict])
    assert again.welcome["last"] == len(again.welcome["verdicts"])
    assert await ada.quantities() == {APPLES: 1}


async def test_unanswered_ops_over_http_are_applied_once_when_sent_again(
    shop: Server, ada: Shopper
) -> None:
    outbox = str(uuid4())
    ops = [op(n, "line.add", sku=sku, qty=1) for n, sku in enumerate(PLENTY[:30], 1)]
    asking = asyncio.create_task(ada.ops(outbox, *ops))
    await asyncio.sleep(0.005)
    shop.tell(signal.SIGKILL)
    with suppress(OSError, HTTPException):
        await asking
    await reborn(shop)

    verdicts = (await ada.ops(outbox, *ops)).json["verdicts"]

    assert verdicts == [{"t": "ok", "n": n, "rev": n} for n in range(1, 31)]
    assert await ada.quantities() == dict.fromkeys(PLENTY[:30], 1)


@pytest.mark.parametrize("after_s", [0.01, 0.1])
async def test_a_shop_killed_while_creating_its_database_starts_the_next_time(
    street: Street, after_s: float
) -> None:
    young = street.build()
    young.begin()
    while not exists(young.database):  # noqa: ASYNC110 - no event tells of it
        await asyncio.sleep(0.005)
    await asyncio.sleep(after_s)
    await asyncio.to_thread(young.kill)

    await asyncio.to_thread(young.start)

    async with await new_shopper(young) as shopper:
        assert (await (await shopper.tab()).submit(1, "line.add", sku=APPLES, qty=1))["t"] == "ok"
