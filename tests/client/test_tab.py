"""A tab on a real websocket, against a scripted shop."""

import asyncio
import gc
import json

import pytest

from app.client import (
    Closed,
    LoginRequired,
    NotConnected,
    Observer,
    ServerProtocolError,
    SlowConsumer,
    Stopped,
    Tab,
)
from app.client.decode import ServerMessage
from app.client.events import MOST_UNREAD
from app.domain.verdicts import Code, No, Ok
from app.protocol.messages import Heartbeat, Pong, Tabs
from tests.client.conftest import RecordingObserver, account_in, open_tab
from tests.client.samples import sample
from tests.client.scripted import ScriptedShop


async def test_a_tab_offers_the_version_and_shows_its_login(shop: ScriptedShop, tab: Tab) -> None:
    peer = await open_tab(shop, tab)
    headers = peer.request.headers
    assert peer.request.path == "/ws"
    assert headers["Cookie"] == "shop=secret"
    assert headers["Sec-WebSocket-Protocol"] == "shop.cart.v2, shop.cart"
    assert "Origin" not in headers
    assert "Sec-WebSocket-Extensions" not in headers


async def test_an_open_tab_has_its_cart(shop: ScriptedShop, tab: Tab) -> None:
    opening = asyncio.ensure_future(tab.open())
    peer = await shop.accept()
    hello = await peer.expect("hello")
    assert hello == {
        "t": "hello",
        "account": "u-3fa9",
        "tab": tab.name,
        "gen": 1,
        "outbox": tab.outbox,
        "at": None,
        "pend": [],
    }
    await peer.send(sample("welcome_first"))
    await tab.until(lambda: tab.session_left_ms)
    await asyncio.sleep(0)
    assert not opening.done()
    await peer.send(sample("snapshot_of_every_state"), sample("tabs"))
    await opening
    await tab.until(lambda: tab.tabs == 2)
    assert tab.at == "7c1d.42.0d9e51a7c3b2f480"
    assert [line.qty for line in tab.cart.lines.values()] == [3, 2, 4, 6, 1]
    assert tab.totals.total == 2348
    assert tab.limits.lines == 100
    assert tab.features == ("languages", "decimals", "holds", "household", "offers", "help")
    assert tab.session_left_ms == 1_209_600_000
    assert tab.gen == 1


async def test_many_ops_are_under_way_at_once_and_each_gets_its_verdict(
    shop: ScriptedShop, tab: Tab
) -> None:
    peer = await open_tab(shop, tab)
    submitted = [tab.add("milk-2l", 1) for _ in range(40)]
    await peer.expect_ops(*range(1, 33))
    assert tab.pend == list(range(1, 33))
    await peer.send(*(sample("ok", n=n, rev=n) for n in range(1, 33)))
    await peer.expect_ops(*range(33, 41))
    await peer.send(*(sample("no_sold_out", n=n, rev=32) for n in range(33, 41)))
    verdicts = await asyncio.gather(*submitted)
    assert verdicts[:32] == [Ok(n, n) for n in range(1, 33)]
    assert {verdict.code for verdict in verdicts[32:] if isinstance(verdict, No)} == {Code.SOLD_OUT}


async def test_every_op_has_a_method(shop: ScriptedShop, tab: Tab) -> None:
    peer = await open_tab(shop, tab)
    submitted = [
        tab.add("milk-2l", 2, seen=145),
        tab.set("milk-2l", 0),
        tab.accept("milk-2l", 160),
        *(act("milk-2l") for act in (tab.save, tab.unsave, tab.discard)),
        tab.note("Ring twice"),
        tab.voucher(None),
        tab.undo(7),
    ]
    received = [await peer.expect("op") for _ in submitted]
    assert [{name: op[name] for name in op if name not in {"t", "n"}} for op in received] == [
        {"k": "line.add", "sku": "milk-2l", "qty": 2, "seen": 145},
        {"k": "line.set", "sku": "milk-2l", "qty": 0},
        {"k": "line.accept", "sku": "milk-2l", "price": 160},
        {"k": "line.save", "sku": "milk-2l"},
        {"k": "line.unsave", "sku": "milk-2l"},
        {"k": "line.discard", "sku": "milk-2l"},
        {"k": "note.set", "text": "Ring twice"},
        {"k": "voucher.set", "code": None},
        {"k": "undo", "rev": 7},
    ]


async def test_text_that_cannot_be_encoded_gets_no_number(shop: ScriptedShop, tab: Tab) -> None:
    peer = await open_tab(shop, tab)
    with pytest.raises(UnicodeEncodeError):
        _ = tab.note("\ud800")
    _ = tab.note("Ring twice")
    await peer.expect_ops(1)


async def test_verdicts_arrive_across_a_reconnect(shop: ScriptedShop, tab: Tab) -> None:
    peer = await open_tab(shop, tab)
    first, second, third = (tab.add("milk-2l") for _ in range(3))
    await peer.expect_ops(1, 2, 3)
    await peer.send(sample("ok", n=1, rev=1))
    await first
    peer.abort()
    new = await shop.accept()
    hello = await new.expect("hello")
    assert (hello["gen"], hello["pend"], hello["at"]) == (2, [2, 3], tab.at)
    assert hello["outbox"] == tab.outbox
    await new.send(
        sample("welcome_with_verdicts", last=2, verdicts=[sample("no_sold_out", n=2)]),
        sample("snapshot_of_every_state"),
    )
    await new.expect_ops(3)
    await new.send(sample("ok", n=3, rev=43))
    assert isinstance(await second, No)
    assert await third == Ok(3, 43)


async def test_verdicts_come_before_the_state_of_the_cart(shop: ScriptedShop, tab: Tab) -> None:
    peer = await open_tab(shop, tab)
    submitted = tab.add("milk-2l")
    await peer.expect_ops(1)
    tab.drop()
    new = await shop.accept()
    await new.expect("hello")
    await new.send(sample("welcome_with_verdicts", last=1, verdicts=[sample("ok", n=1, rev=42)]))
    assert await submitted == Ok(1, 42)
    assert tab.cart.rev == 0
    await new.send(sample("snapshot_of_every_state"))
    await tab.until(lambda: tab.cart.rev == 42)


async def test_ops_submitted_while_disconnected_are_sent_later(
    shop: ScriptedShop, tab: Tab
) -> None:
    submitted = tab.add("milk-2l")
    peer = await open_tab(shop, tab)
    await peer.expect_ops(1)
    await peer.send(sample("ok", n=1))
    assert await submitted == Ok(1, 42)


async def test_a_gap_is_answered_with_resync(shop: ScriptedShop, tab: Tab) -> None:
    peer = await open_tab(shop, tab)
    await peer.send(sample("patch_set", prev=5, rev=6))
    await peer.expect("resync")
    assert tab.at is None
    await peer.send(sample("snapshot_of_every_state"))
    await tab.until(lambda: tab.cart.rev == 42)


async def test_a_server_that_lost_the_outbox_gets_the_rest_in_a_new_one(
    shop: ScriptedShop, tab: Tab
) -> None:
    peer = await open_tab(shop, tab)
    settled, waiting = tab.add("milk-2l"), tab.add("eggs-6")
    await peer.expect_ops(1, 2)
    await peer.send(sample("ok", n=1))
    await settled
    peer.abort()
    new = await shop.accept()
    former = (await new.expect("hello"))["outbox"]
    await new.send(sample("welcome_fork", last=0), sample("snapshot_empty"))
    await new.expect_close()
    third = await shop.accept()
    hello = await third.send_welcome()
    assert (hello["outbox"] != former, hello["gen"], hello["pend"]) == (True, 3, [])
    op = await third.expect("op")
    assert (op["n"], op["sku"]) == (1, "eggs-6")
    await third.send(sample("ok", n=1, rev=1))
    assert await waiting == Ok(1, 1)


async def test_retry_later_is_sent_again_with_the_same_number(shop: ScriptedShop, tab: Tab) -> None:
    peer = await open_tab(shop, tab)
    submitted = [tab.add("milk-2l"), tab.add("eggs-6")]
    await peer.expect_ops(1, 2)
    began_s = asyncio.get_running_loop().time()
    await peer.send(sample("no_rate", n=1, retry_ms=50))
    await peer.expect_ops(1, 2)
    assert asyncio.get_running_loop().time() - began_s >= 0.05
    await peer.send(sample("ok", n=1, rev=1), sample("ok", n=2, rev=2))
    assert await asyncio.gather(*submitted) == [Ok(1, 1), Ok(2, 2)]


async def test_watched_prices_are_available(shop: ScriptedShop, tab: Tab) -> None:
    peer = await open_tab(shop, tab)
    tab.watch(["kiwi-6"])
    assert (await peer.expect("watch"))["skus"] == ["kiwi-6"]
    await peer.send(sample("prices_watched"))
    await tab.until(lambda: tab.prices)
    assert [(item.sku, item.stock) for item in tab.prices.values()] == [("kiwi-6", 0)]


async def test_a_ping_returns_the_round_trip_time(shop: ScriptedShop, tab: Tab) -> None:
    peer = await open_tab(shop, tab)
    pinging = asyncio.ensure_future(tab.ping())
    number = (await peer.expect("ping"))["id"]
    await peer.send({"t": "pong", "id": number + 1})
    await peer.send({"t": "pong", "id": number})
    assert 0 < await pinging < 10


async def test_resync_requests_a_snapshot(shop: ScriptedShop, tab: Tab) -> None:
    peer = await open_tab(shop, tab)
    tab.resync()
    await peer.expect("resync")


async def test_an_op_can_be_sent_once_more(shop: ScriptedShop, tab: Tab) -> None:
    peer = await open_tab(shop, tab)
    submitted = tab.add("milk-2l")
    first = await peer.expect("op")
    tab.resend(1)
    assert await peer.expect("op") == first
    await peer.send(sample("ok", n=1), sample("ok", n=1))
    await submitted
    tab.resend(1)
    assert await peer.expect("op") == first
    with pytest.raises(LookupError):
        tab.resend(2)


async def test_before_it_is_open_a_tab_is_not_connected(tab: Tab) -> None:
    with pytest.raises(NotConnected):
        tab.resync()
    with pytest.raises(NotConnected):
        await tab.ping()


async def test_events_are_all_messages_until_the_tab_is_closed(
    shop: ScriptedShop, tab: Tab
) -> None:
    peer = await open_tab(shop, tab)
    events = tab.events()
    await peer.send(sample("tabs", n=1), sample("hb"), sample("pong"))
    await tab.until(lambda: len(events) == 3)
    await tab.close()
    received: list[ServerMessage] = [event async for event in events]
    assert received == [Tabs(1), Heartbeat(), Pong(7)]


async def test_unread_events_are_bounded(shop: ScriptedShop, tab: Tab) -> None:
    peer = await open_tab(shop, tab)
    unread = tab.events()
    await peer.send(*(sample("tabs", n=n) for n in range(MOST_UNREAD + 2)))
    await tab.until(lambda: tab.tabs == MOST_UNREAD + 1)
    for n in range(MOST_UNREAD):
        assert await anext(unread) == Tabs(n)
    with pytest.raises(SlowConsumer):
        await anext(unread)


async def test_everything_awaited_raises_why_the_tab_stopped(shop: ScriptedShop, tab: Tab) -> None:
    peer = await open_tab(shop, tab)
    submitted, events = tab.add("milk-2l"), tab.events()
    waiting = asyncio.ensure_future(tab.until(lambda: tab.cart.rev == 99))
    await peer.expect_ops(1)
    await peer.close(4401)
    for awaited in (submitted, waiting, anext(events)):
        with pytest.raises(LoginRequired):
            await awaited
    with pytest.raises(LoginRequired):
        _ = tab.add("milk-2l")
    with pytest.raises(LoginRequired):
        await anext(tab.events())
    assert isinstance(tab.stopped, LoginRequired)


async def test_closing_a_tab_closes_with_1000_and_fails_waiting_ops(
    shop: ScriptedShop, tab: Tab, recorder: RecordingObserver
) -> None:
    peer = await open_tab(shop, tab)
    submitted = tab.add("milk-2l")
    await peer.expect_ops(1)
    closing = asyncio.ensure_future(tab.close())
    await peer.expect_close()
    assert await peer.close_code() == 1000
    await closing
    with pytest.raises(Closed):
        await submitted
    assert recorder.events == ["1 opened", "1 closed 1000"]


async def test_an_abandoned_op_logs_nothing(shop: ScriptedShop, tab: Tab) -> None:
    noise: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: noise.append(context))
    peer = await open_tab(shop, tab)
    _ = tab.add("milk-2l")
    await peer.expect_ops(1)
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
    serving = asyncio.ensure_future(shop.accept_and_welcome())
    with pytest.raises(Stopped, match="the client failed"):
        await tab.open()
    await serving
    with pytest.raises(ExceptionGroup) as failure:
        await tab.close()
    assert failure.group_contains(LookupError, match="welcome")


async def test_a_verdict_that_comes_while_the_tab_is_closing_counts(
    shop: ScriptedShop, tab: Tab
) -> None:
    peer = await open_tab(shop, tab)
    submitted = tab.add("milk-2l")
    await peer.expect_ops(1)
    await peer.send(sample("ok", n=1))
    await tab.close()
    assert await submitted == Ok(1, 42)


async def test_a_tab_can_be_used_with_async_with(shop: ScriptedShop) -> None:
    serving = asyncio.ensure_future(shop.accept_and_welcome())
    async with account_in(shop).tab() as tab:
        assert tab.at == "7c1d.0.0000000000000000"
        peer = await serving
    assert await peer.close_code() == 1000


async def test_closing_a_tab_that_was_never_open_fails_waiting_ops(tab: Tab) -> None:
    submitted = tab.add("milk-2l")
    await tab.close()
    with pytest.raises(Closed):
        await submitted


async def test_opening_can_be_given_up_before_it_began(tab: Tab) -> None:
    submitted = tab.add("milk-2l")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await tab.open()
    with pytest.raises(Closed):
        await submitted


async def test_opening_can_be_given_up(shop: ScriptedShop, tab: Tab) -> None:
    opening = asyncio.ensure_future(tab.open())
    peer = await shop.accept()
    await peer.expect("hello")
    opening.cancel()
    await peer.expect_close()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert isinstance(tab.stopped, Closed)


async def test_an_invalid_frame_stops_the_tab(shop: ScriptedShop, tab: Tab) -> None:
    peer = await open_tab(shop, tab)
    await peer.send_raw('{"t":"ok","n":"one"}')
    with pytest.raises(ServerProtocolError, match="one"):
        await tab.until(lambda: False)
    await peer.expect_close()


async def test_an_observer_sees_every_frame(
    shop: ScriptedShop, tab: Tab, recorder: RecordingObserver
) -> None:
    peer = await open_tab(shop, tab)
    submitted = tab.add("milk-2l")
    await peer.expect_ops(1)
    await peer.send(sample("ok", n=1))
    await submitted
    assert [(gen, frame[0], json.loads(frame[2:])["t"]) for gen, frame in recorder.frames] == [
        (1, ">", "hello"),
        (1, "<", "welcome"),
        (1, "<", "snapshot"),
        (1, ">", "op"),
        (1, "<", "ok"),
    ]
