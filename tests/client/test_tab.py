"""A tab on a real socket, against a shop that follows a script."""

import asyncio
import gc
import json

import pytest

from app.client import (
    Closed,
    FellBehind,
    LoginNeeded,
    Misheard,
    NotConnected,
    Observer,
    Stopped,
    Tab,
)
from app.client.decode import Heard
from app.client.events import MOST_UNREAD
from app.client.told import Heartbeat, Pong, Tabs
from app.domain.verdicts import Code, No, Ok
from tests.client.conftest import Trace, account_in, opened
from tests.client.samples import sample
from tests.client.scripted import ScriptedShop


async def test_a_tab_offers_the_version_and_shows_its_login(shop: ScriptedShop, tab: Tab) -> None:
    line = await opened(shop, tab)
    headers = line.request.headers
    assert line.request.path == "/ws"
    assert headers["Cookie"] == "shop=secret"
    assert headers["Sec-WebSocket-Protocol"] == "shop.cart.v1, shop.cart"
    assert "Origin" not in headers
    assert "Sec-WebSocket-Extensions" not in headers


async def test_an_open_tab_has_its_cart(shop: ScriptedShop, tab: Tab) -> None:
    opening = asyncio.ensure_future(tab.open())
    line = await shop.line()
    hello = await line.hears("hello")
    assert hello == {
        "t": "hello",
        "tab": tab.name,
        "gen": 1,
        "outbox": tab.outbox,
        "at": None,
        "pend": [],
    }
    await line.tell(sample("welcome_first"))
    await tab.until(lambda: tab.session_left_ms)
    await asyncio.sleep(0)
    assert not opening.done()
    await line.tell(sample("snapshot_of_every_state"), sample("tabs"))
    await opening
    await tab.until(lambda: tab.tabs == 2)
    assert tab.at == "7c1d.42.0d9e51a7c3b2f480"
    assert [line.qty for line in tab.cart.lines.values()] == [3, 2, 4, 6, 1]
    assert tab.totals.total == 2348
    assert tab.limits.lines == 100
    assert tab.session_left_ms == 1_209_600_000
    assert tab.gen == 1


async def test_many_ops_are_under_way_at_once_and_each_gets_its_verdict(
    shop: ScriptedShop, tab: Tab
) -> None:
    line = await opened(shop, tab)
    asked = [tab.add("milk-2l", 1) for _ in range(40)]
    await line.hears_ops(*range(1, 33))
    assert tab.pend == list(range(1, 33))
    await line.tell(*(sample("ok", n=n, rev=n) for n in range(1, 33)))
    await line.hears_ops(*range(33, 41))
    await line.tell(*(sample("no_sold_out", n=n, rev=32) for n in range(33, 41)))
    verdicts = await asyncio.gather(*asked)
    assert verdicts[:32] == [Ok(n, n) for n in range(1, 33)]
    assert {verdict.code for verdict in verdicts[32:] if isinstance(verdict, No)} == {Code.SOLD_OUT}


async def test_every_wish_has_words(shop: ScriptedShop, tab: Tab) -> None:
    line = await opened(shop, tab)
    asked = [
        tab.add("milk-2l", 2, seen=145),
        tab.set("milk-2l", 0),
        tab.accept("milk-2l", 160),
        tab.save("milk-2l"),
        tab.unsave("milk-2l"),
        tab.note("Ring twice"),
        tab.voucher(None),
        tab.undo(7),
    ]
    heard = [await line.hears("op") for _ in asked]
    assert [{name: op[name] for name in op if name not in {"t", "n"}} for op in heard] == [
        {"k": "line.add", "sku": "milk-2l", "qty": 2, "seen": 145},
        {"k": "line.set", "sku": "milk-2l", "qty": 0},
        {"k": "line.accept", "sku": "milk-2l", "price": 160},
        {"k": "line.save", "sku": "milk-2l"},
        {"k": "line.unsave", "sku": "milk-2l"},
        {"k": "note.set", "text": "Ring twice"},
        {"k": "voucher.set", "code": None},
        {"k": "undo", "rev": 7},
    ]


async def test_what_cannot_be_text_gets_no_number(shop: ScriptedShop, tab: Tab) -> None:
    line = await opened(shop, tab)
    with pytest.raises(UnicodeEncodeError):
        _ = tab.note("\ud800")
    _ = tab.note("Ring twice")
    await line.hears_ops(1)


async def test_a_verdict_comes_even_across_a_lost_line(shop: ScriptedShop, tab: Tab) -> None:
    line = await opened(shop, tab)
    first, second, third = (tab.add("milk-2l") for _ in range(3))
    await line.hears_ops(1, 2, 3)
    await line.tell(sample("ok", n=1, rev=1))
    await first
    line.cut()
    again = await shop.line()
    hello = await again.hears("hello")
    assert (hello["gen"], hello["pend"], hello["at"]) == (2, [2, 3], tab.at)
    assert hello["outbox"] == tab.outbox
    await again.tell(
        sample("welcome_with_verdicts", last=2, verdicts=[sample("no_sold_out", n=2)]),
        sample("snapshot_of_every_state"),
    )
    await again.hears_ops(3)
    await again.tell(sample("ok", n=3, rev=43))
    assert isinstance(await second, No)
    assert await third == Ok(3, 43)


async def test_verdicts_come_before_the_state_of_the_cart(shop: ScriptedShop, tab: Tab) -> None:
    line = await opened(shop, tab)
    asked = tab.add("milk-2l")
    await line.hears_ops(1)
    tab.drop()
    again = await shop.line()
    await again.hears("hello")
    await again.tell(sample("welcome_with_verdicts", last=1, verdicts=[sample("ok", n=1, rev=42)]))
    assert await asked == Ok(1, 42)
    assert tab.cart.rev == 0
    await again.tell(sample("snapshot_of_every_state"))
    await tab.until(lambda: tab.cart.rev == 42)


async def test_what_was_asked_without_a_line_is_sent_when_there_is_one(
    shop: ScriptedShop, tab: Tab
) -> None:
    asked = tab.add("milk-2l")
    line = await opened(shop, tab)
    await line.hears_ops(1)
    await line.tell(sample("ok", n=1))
    assert await asked == Ok(1, 42)


async def test_a_gap_is_answered_with_a_wish_for_all(shop: ScriptedShop, tab: Tab) -> None:
    line = await opened(shop, tab)
    await line.tell(sample("patch_set", prev=5, rev=6))
    await line.hears("resync")
    assert tab.at is None
    await line.tell(sample("snapshot_of_every_state"))
    await tab.until(lambda: tab.cart.rev == 42)


async def test_a_shop_that_lost_its_memory_gets_the_rest_in_a_new_outbox(
    shop: ScriptedShop, tab: Tab
) -> None:
    line = await opened(shop, tab)
    settled, waiting = tab.add("milk-2l"), tab.add("eggs-6")
    await line.hears_ops(1, 2)
    await line.tell(sample("ok", n=1))
    await settled
    line.cut()
    again = await shop.line()
    former = (await again.hears("hello"))["outbox"]
    await again.tell(sample("welcome_fork", last=0), sample("snapshot_empty"))
    await again.hears_nothing_more()
    anew = await shop.line()
    hello = await anew.greet()
    assert (hello["outbox"] != former, hello["gen"], hello["pend"]) == (True, 3, [])
    op = await anew.hears("op")
    assert (op["n"], op["sku"]) == (1, "eggs-6")
    await anew.tell(sample("ok", n=1, rev=1))
    assert await waiting == Ok(1, 1)


async def test_not_now_is_asked_again_with_the_same_number(shop: ScriptedShop, tab: Tab) -> None:
    line = await opened(shop, tab)
    asked = [tab.add("milk-2l"), tab.add("eggs-6")]
    await line.hears_ops(1, 2)
    began_s = asyncio.get_running_loop().time()
    await line.tell(sample("no_rate", n=1, retry_ms=50))
    await line.hears_ops(1, 2)
    assert asyncio.get_running_loop().time() - began_s >= 0.05
    await line.tell(sample("ok", n=1, rev=1), sample("ok", n=2, rev=2))
    assert await asyncio.gather(*asked) == [Ok(1, 1), Ok(2, 2)]


async def test_watched_prices_are_kept(shop: ScriptedShop, tab: Tab) -> None:
    line = await opened(shop, tab)
    tab.watch(["kiwi-6"])
    assert (await line.hears("watch"))["skus"] == ["kiwi-6"]
    await line.tell(sample("prices_watched"))
    await tab.until(lambda: tab.prices)
    assert [(item.sku, item.stock) for item in tab.prices.values()] == [("kiwi-6", 0)]


async def test_a_ping_says_how_long_the_way_is(shop: ScriptedShop, tab: Tab) -> None:
    line = await opened(shop, tab)
    pinging = asyncio.ensure_future(tab.ping())
    number = (await line.hears("ping"))["id"]
    await line.tell({"t": "pong", "id": number + 1})
    await line.tell({"t": "pong", "id": number})
    assert 0 < await pinging < 10


async def test_a_whole_cart_can_be_asked_for(shop: ScriptedShop, tab: Tab) -> None:
    line = await opened(shop, tab)
    tab.resync()
    await line.hears("resync")


async def test_an_op_can_be_sent_once_more(shop: ScriptedShop, tab: Tab) -> None:
    line = await opened(shop, tab)
    asked = tab.add("milk-2l")
    first = await line.hears("op")
    tab.resend(1)
    assert await line.hears("op") == first
    await line.tell(sample("ok", n=1), sample("ok", n=1))
    await asked
    tab.resend(1)
    assert await line.hears("op") == first
    with pytest.raises(LookupError):
        tab.resend(2)


async def test_without_a_line_nothing_can_be_said_at_once(tab: Tab) -> None:
    with pytest.raises(NotConnected):
        tab.resync()
    with pytest.raises(NotConnected):
        await tab.ping()


async def test_events_are_all_that_is_heard_until_the_tab_is_closed(
    shop: ScriptedShop, tab: Tab
) -> None:
    line = await opened(shop, tab)
    events = tab.events()
    await line.tell(sample("tabs", n=1), sample("hb"), sample("pong"))
    await tab.until(lambda: len(events) == 3)
    await tab.close()
    heard: list[Heard] = [event async for event in events]
    assert heard == [Tabs(1), Heartbeat(), Pong(7)]


async def test_events_that_nobody_reads_do_not_pile_up(shop: ScriptedShop, tab: Tab) -> None:
    line = await opened(shop, tab)
    unread = tab.events()
    await line.tell(*(sample("tabs", n=n) for n in range(MOST_UNREAD + 2)))
    await tab.until(lambda: tab.tabs == MOST_UNREAD + 1)
    for n in range(MOST_UNREAD):
        assert await anext(unread) == Tabs(n)
    with pytest.raises(FellBehind):
        await anext(unread)


async def test_whoever_waits_when_the_tab_stops_learns_why(shop: ScriptedShop, tab: Tab) -> None:
    line = await opened(shop, tab)
    asked, events = tab.add("milk-2l"), tab.events()
    waiting = asyncio.ensure_future(tab.until(lambda: tab.cart.rev == 99))
    await line.hears_ops(1)
    await line.hang_up(4401)
    for awaited in (asked, waiting, anext(events)):
        with pytest.raises(LoginNeeded):
            await awaited
    with pytest.raises(LoginNeeded):
        _ = tab.add("milk-2l")
    with pytest.raises(LoginNeeded):
        await anext(tab.events())
    assert isinstance(tab.stopped, LoginNeeded)


async def test_a_tab_that_is_closed_says_goodbye_and_leaves_ops_unanswered(
    shop: ScriptedShop, tab: Tab, trace: Trace
) -> None:
    line = await opened(shop, tab)
    asked = tab.add("milk-2l")
    await line.hears_ops(1)
    closing = asyncio.ensure_future(tab.close())
    await line.hears_nothing_more()
    assert await line.close_code() == 1000
    await closing
    with pytest.raises(Closed):
        await asked
    assert trace.happened == ["1 opened", "1 closed 1000"]


async def test_an_op_that_nobody_awaits_any_more_makes_no_noise(
    shop: ScriptedShop, tab: Tab
) -> None:
    noise: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: noise.append(context))
    line = await opened(shop, tab)
    _ = tab.add("milk-2l")
    await line.hears_ops(1)
    await tab.close()
    del _
    gc.collect()
    assert noise == []


async def test_an_observer_that_fails_stops_the_tab_and_closing_raises_why(
    shop: ScriptedShop,
) -> None:
    class Clumsy(Observer):
        def received(self, gen: int, frame: bytes) -> None:
            raise LookupError(f"{gen}: {frame!r}")

    tab = account_in(shop).tab(observer=Clumsy())
    serving = asyncio.ensure_future(shop.welcomed())
    with pytest.raises(Stopped, match="the client failed"):
        await tab.open()
    await serving
    with pytest.raises(ExceptionGroup) as failure:
        await tab.close()
    assert failure.group_contains(LookupError, match="welcome")


async def test_a_verdict_that_comes_while_the_tab_is_closing_counts(
    shop: ScriptedShop, tab: Tab
) -> None:
    line = await opened(shop, tab)
    asked = tab.add("milk-2l")
    await line.hears_ops(1)
    await line.tell(sample("ok", n=1))
    await tab.close()
    assert await asked == Ok(1, 42)


async def test_a_tab_can_be_used_with_async_with(shop: ScriptedShop) -> None:
    serving = asyncio.ensure_future(shop.welcomed())
    async with account_in(shop).tab() as tab:
        assert tab.at == "7c1d.0.0000000000000000"
        line = await serving
    assert await line.close_code() == 1000


async def test_a_tab_that_was_never_open_lets_nobody_wait(tab: Tab) -> None:
    asked = tab.add("milk-2l")
    await tab.close()
    with pytest.raises(Closed):
        await asked


async def test_opening_can_be_given_up_before_it_began(tab: Tab) -> None:
    asked = tab.add("milk-2l")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await tab.open()
    with pytest.raises(Closed):
        await asked


async def test_opening_can_be_given_up(shop: ScriptedShop, tab: Tab) -> None:
    opening = asyncio.ensure_future(tab.open())
    line = await shop.line()
    await line.hears("hello")
    opening.cancel()
    await line.hears_nothing_more()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert isinstance(tab.stopped, Closed)


async def test_nonsense_from_the_shop_stops_the_tab(shop: ScriptedShop, tab: Tab) -> None:
    line = await opened(shop, tab)
    await line.tell_raw('{"t":"ok","n":"one"}')
    with pytest.raises(Misheard, match="one"):
        await tab.until(lambda: False)
    await line.hears_nothing_more()


async def test_an_observer_sees_every_frame(shop: ScriptedShop, tab: Tab, trace: Trace) -> None:
    line = await opened(shop, tab)
    asked = tab.add("milk-2l")
    await line.hears_ops(1)
    await line.tell(sample("ok", n=1))
    await asked
    assert [(gen, frame[0], json.loads(frame[2:])["t"]) for gen, frame in trace.frames] == [
        (1, ">", "hello"),
        (1, "<", "welcome"),
        (1, "<", "snapshot"),
        (1, ">", "op"),
        (1, "<", "ok"),
    ]
