"""The server is killed with SIGKILL at bad moments, and no answered op is lost."""

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
from tests.e2e.conftest import ServerFactory
from tests.e2e.frame_recorder import FrameRecorder
from tests.e2e.raw_client import Shopper, new_shopper, op
from tests.e2e.server import Server

pytestmark = pytest.mark.on_both

SETTINGS = {"limits": "load"}
RETRY_POLICY = RetryPolicy(base_delay_s=0.05, max_delay_s=0.1, reset_after_s=0)
FIRST_TAB_OPS, SECOND_TAB_OPS = 120, 80
RECORDED_VERDICTS = 32
TIMEOUT_S = 60


class RecordedTab(NamedTuple):
    """A tab, and the recorder of the frames that it received."""

    tab: Tab
    recorder: FrameRecorder

    async def wait_for_reconnect(self, times: int = 1) -> None:
        """Wait until the tab has received more than *times* welcomes."""
        async with asyncio.timeout(TIMEOUT_S):
            await self.recorder.until(lambda recorder: len(recorder.welcomes) > times)


@pytest.fixture
async def tabs(ada: Shopper) -> AsyncIterator[tuple[RecordedTab, RecordedTab]]:
    """Return two open tabs of one account that reconnect by themselves."""
    account = Shop(ada.server.origin, retry_policy=RETRY_POLICY).account(ada.account, ada.cookie)
    async with AsyncExitStack() as opened:

        async def open_tab() -> RecordedTab:
            recorder = FrameRecorder()
            return RecordedTab(
                await opened.enter_async_context(account.tab(observer=recorder)), recorder
            )

        yield await open_tab(), await open_tab()


async def kill_and_restart(shop: Server) -> None:
    """Kill the server with SIGKILL, and start it again on the same database."""
    shop.send_signal(signal.SIGKILL)
    await asyncio.to_thread(shop.exit_code)
    await asyncio.to_thread(shop.start)


async def wait_until_converged(ada: Shopper, *tabs: RecordedTab) -> None:
    """Wait until all tabs are at the saved position; check that no revision ever decreased."""
    at = (await ada.cart())["at"]
    for tab, recorder in tabs:
        async with asyncio.timeout(TIMEOUT_S):
            while tab.at != at:
                await tab.events().next()
        assert recorder.gaps == []
        assert all(before <= after for before, after in pairwise(recorder.revs))


@pytest.mark.smoke
async def test_after_a_kill_between_two_ops_both_tabs_reconnect_with_the_same_cart(
    shop: Server, ada: Shopper, tabs: tuple[RecordedTab, RecordedTab]
) -> None:
    one, other = tabs
    assert await one.tab.add(APPLES, 2) == Ok(1, 1)
    await wait_until_converged(ada, one, other)
    before = await ada.cart()

    await kill_and_restart(shop)
    await asyncio.gather(one.wait_for_reconnect(), other.wait_for_reconnect())

    assert await ada.cart() == before
    assert [tab.recorder.welcomes[-1]["mode"] for tab in tabs] == ["same", "same"]
    assert (one.tab.at, other.tab.at) == (before["at"], before["at"])
    assert await other.tab.add(MILK) == Ok(1, 2)
    await wait_until_converged(ada, one, other)
    assert await ada.quantities() == {APPLES: 2, MILK: 1}


@pytest.mark.parametrize("moment", [1, 40, 80])
async def test_after_a_kill_during_200_ops_every_ok_is_saved_exactly_once(
    shop: Server, ada: Shopper, tabs: tuple[RecordedTab, RecordedTab], moment: int
) -> None:
    one, other = tabs
    skus = list(islice(cycle(PLENTY[:50]), FIRST_TAB_OPS + SECOND_TAB_OPS))
    one.recorder.on_verdict_count(moment, lambda: shop.send_signal(signal.SIGKILL))
    pending = [one.tab.add(sku) for sku in skus[:FIRST_TAB_OPS]] + [
        other.tab.add(s) for s in skus[FIRST_TAB_OPS:]
    ]

    assert await asyncio.to_thread(shop.exit_code) == -signal.SIGKILL
    await asyncio.to_thread(shop.start)
    verdicts = await asyncio.gather(*pending)
    await wait_until_converged(ada, one, other)

    assert all(isinstance(verdict, Ok) for verdict in verdicts)
    assert sorted(verdict.rev for verdict in verdicts) == list(
        range(1, FIRST_TAB_OPS + SECOND_TAB_OPS + 1)
    )
    assert await ada.quantities() == Counter(skus)
    assert (await ada.cart())["rev"] == FIRST_TAB_OPS + SECOND_TAB_OPS
    for n in range(FIRST_TAB_OPS - RECORDED_VERDICTS + 1, FIRST_TAB_OPS + 1):
        one.tab.resend(n)
    await one.recorder.until(lambda recorder: len(recorder.verdicts[FIRST_TAB_OPS]) > 1)
    assert all(
        verdict == repeats[0] for repeats in one.recorder.verdicts.values() for verdict in repeats
    )


@pytest.mark.parametrize("after_s", [0, 0.005])
async def test_an_unanswered_op_gets_one_verdict_when_it_is_sent_again(
    shop: Server, ada: Shopper, after_s: float
) -> None:
    tab = await ada.tab()
    await tab.send_frame("op", n=1, k="line.add", sku=APPLES, qty=1)
    await asyncio.sleep(after_s)
    await kill_and_restart(shop)

    reconnected = await ada.tab(outbox=tab.outbox, pend=[1])
    verdict = await reconnected.submit(1, "line.add", sku=APPLES, qty=1)

    assert verdict == {"t": "ok", "n": 1, "rev": 1}
    assert reconnected.welcome["verdicts"] in ([], [verdict])
    assert reconnected.welcome["last"] == len(reconnected.welcome["verdicts"])
    assert await ada.quantities() == {APPLES: 1}


async def test_unanswered_ops_over_http_are_applied_once_when_sent_again(
    shop: Server, ada: Shopper
) -> None:
    outbox = str(uuid4())
    ops = [op(n, "line.add", sku=sku, qty=1) for n, sku in enumerate(PLENTY[:30], 1)]
    sending = asyncio.create_task(ada.ops(outbox, *ops))
    await asyncio.sleep(0.005)
    shop.send_signal(signal.SIGKILL)
    with suppress(OSError, HTTPException):
        await sending
    await kill_and_restart(shop)

    verdicts = (await ada.ops(outbox, *ops)).json["verdicts"]

    assert verdicts == [{"t": "ok", "n": n, "rev": n} for n in range(1, 31)]
    assert await ada.quantities() == dict.fromkeys(PLENTY[:30], 1)


@pytest.mark.parametrize("after_s", [0.01, 0.1])
async def test_a_shop_killed_while_creating_its_database_starts_the_next_time(
    server_factory: ServerFactory, after_s: float
) -> None:
    new_shop = server_factory.build()
    new_shop.begin()
    while not exists(new_shop.database):  # noqa: ASYNC110 - there is no event to wait for
        await asyncio.sleep(0.005)
    await asyncio.sleep(after_s)
    await asyncio.to_thread(new_shop.kill)

    await asyncio.to_thread(new_shop.start)

    async with await new_shopper(new_shop) as shopper:
        assert (await (await shopper.tab()).submit(1, "line.add", sku=APPLES, qty=1))["t"] == "ok"
