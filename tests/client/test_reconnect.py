"""How a tab comes back, and when it does not, on real sockets (protocol.md §5)."""

import asyncio
import socket
from dataclasses import replace
from http import HTTPStatus

import pytest

from app.client import (
    HandshakeRefused,
    LoginEnded,
    LoginNeeded,
    Misspoke,
    NotConnected,
    Outdated,
    Replaced,
    Shop,
    Stopped,
    Tab,
    TooManyTabs,
)
from app.client.cart import NOTHING
from app.domain.verdicts import Ok
from tests.client.conftest import QUICK, Trace, account_in, opened
from tests.client.samples import sample
from tests.client.scripted import ScriptedShop


@pytest.mark.parametrize("code", [1000, 1001, 1011, 1012, 1013, 4408])
async def test_a_tab_comes_back_after(
    code: int, shop: ScriptedShop, tab: Tab, trace: Trace
) -> None:
    line = await opened(shop, tab)
    await line.hang_up(code, "see you")
    again = await shop.line()
    hello = await again.greet()
    assert (hello["gen"], hello["at"]) == (2, "7c1d.0.0000000000000000")
    assert trace.happened == ["1 opened", f"1 closed {code} see you", "2 opened"]


async def test_a_tab_comes_back_after_a_line_was_cut(
    shop: ScriptedShop, tab: Tab, trace: Trace
) -> None:
    line = await opened(shop, tab)
    line.cut()
    await shop.welcomed()
    assert trace.happened == ["1 opened", "1 closed 1006", "2 opened"]


async def test_a_tab_comes_back_after_a_close_without_a_code(
    shop: ScriptedShop, tab: Tab, trace: Trace
) -> None:
    line = await opened(shop, tab)
    await line.hang_up_without_a_code()
    await shop.welcomed()
    assert trace.happened[1] == "1 closed 1005"


@pytest.mark.parametrize(
    ("code", "stop"),
    [
        (1007, Misspoke),
        (1009, Misspoke),
        (4400, Misspoke),
        (4401, LoginNeeded),
        (4406, Outdated),
        (4409, Replaced),
        (4410, LoginEnded),
        (4411, TooManyTabs),
    ],
)
async def test_a_tab_stops_after(
    code: int, stop: type[Stopped], shop: ScriptedShop, tab: Tab
) -> None:
    line = await opened(shop, tab)
    asked = tab.add("milk-2l")
    await line.hears_ops(1)
    await line.hang_up(code, "because")
    with pytest.raises(stop, match=f"{code} because"):
        await asked


async def test_a_login_that_was_ended_takes_the_cart_with_it(shop: ScriptedShop, tab: Tab) -> None:
    line = await opened(shop, tab)
    await line.tell(sample("snapshot_of_every_state"))
    await tab.until(lambda: tab.cart.lines)
    await line.hang_up(4410)
    with pytest.raises(LoginEnded):
        await tab.until(lambda: False)
    assert tab.cart == NOTHING


async def test_a_login_that_ran_out_leaves_the_cart(shop: ScriptedShop, tab: Tab) -> None:
    line = await opened(shop, tab)
    await line.tell(sample("snapshot_of_every_state"))
    await tab.until(lambda: tab.cart.lines)
    await line.hang_up(4401)
    with pytest.raises(LoginNeeded):
        await tab.until(lambda: False)
    assert tab.cart.rev == 42


async def test_a_tab_that_never_got_in_says_why(shop: ScriptedShop, tab: Tab) -> None:
    opening = asyncio.ensure_future(tab.open())
    await (await shop.line()).hang_up(4401, "log in")
    with pytest.raises(LoginNeeded, match="4401 log in"):
        await opening


async def test_a_cart_that_was_given_up_is_asked_for_afresh(shop: ScriptedShop, tab: Tab) -> None:
    line = await opened(shop, tab)
    await line.hang_up(4503)
    hello = await (await shop.line()).greet()
    assert (hello["gen"], hello["at"]) == (2, None)


async def test_a_rate_that_was_ignored_costs_half_a_minute(shop: ScriptedShop) -> None:
    tab = account_in(shop, replace(QUICK, after_rate_s=0.1)).tab()
    line = await opened(shop, tab)
    began_s = asyncio.get_running_loop().time()
    await line.hang_up(4429)
    await shop.welcomed()
    assert asyncio.get_running_loop().time() - began_s >= 0.1
    await tab.close()


async def test_a_silent_line_is_cut(shop: ScriptedShop, trace: Trace) -> None:
    tab = account_in(shop, replace(QUICK, silence_s=0.1)).tab(observer=trace)
    line = await opened(shop, tab)
    await line.tell(sample("hb"))
    again = await shop.line()
    assert (await again.hears("hello"))["gen"] == 2
    assert trace.happened[:2] == ["1 opened", "1 closed 1006"]
    await tab.close()


async def test_a_heartbeat_is_enough_to_keep_a_line(shop: ScriptedShop, trace: Trace) -> None:
    tab = account_in(shop, replace(QUICK, silence_s=0.4)).tab(observer=trace)
    line = await opened(shop, tab)
    for _ in range(5):
        await asyncio.sleep(0.1)
        await line.tell(sample("hb"))
    assert trace.happened == ["1 opened"]
    await tab.close()


async def test_pauses_grow_until_a_connection_lasts(shop: ScriptedShop) -> None:
    chances: list[float] = []

    def chance() -> float:
        chances.append(0.005)
        return chances[-1]

    retry_policy = replace(QUICK, steady_s=0.1, first_pause_s=10, longest_pause_s=3600)
    tab = Shop(shop.url, retry_policy=retry_policy, chance=chance).account("u-3fa9", "shop=x").tab()
    line = await opened(shop, tab)
    for least_ms in (50, 100, 200):
        began_s = asyncio.get_running_loop().time()
        line.cut()
        line = await shop.welcomed()
        assert asyncio.get_running_loop().time() - began_s >= least_ms / 1000
    await asyncio.sleep(0.1)
    began_s = asyncio.get_running_loop().time()
    line.cut()
    await shop.welcomed()
    assert 0.05 <= asyncio.get_running_loop().time() - began_s < 0.4
    assert len(chances) == 4
    await tab.close()


async def test_a_restarted_shop_is_tried_at_once(shop: ScriptedShop) -> None:
    retry_policy = replace(QUICK, first_pause_s=3600, longest_pause_s=3600)
    client = Shop(shop.url, retry_policy=retry_policy, chance=lambda: 0.5)
    tab = client.account("u-3fa9", "shop=x").tab()
    line = await opened(shop, tab)
    await line.hang_up(1012)
    await shop.welcomed()
    await tab.close()


async def test_a_shop_that_is_not_there_is_tried_again(trace: Trace) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}"
        tab = Shop(url, chance=lambda: 0.0).account("u-3fa9", "shop=x").tab(observer=trace)
        opening = asyncio.ensure_future(tab.open())
        await trace.has_seen(3)
        await tab.close()
    assert trace.happened[0].startswith("ConnectionRefusedError")
    with pytest.raises(Stopped):
        await opening


async def test_while_the_line_is_lost_ops_wait_and_nothing_else_can_be_said(
    shop: ScriptedShop, tab: Tab, trace: Trace
) -> None:
    line = await opened(shop, tab)
    shop.answers.append((HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "60"}))
    line.cut()
    await trace.has_seen(3)
    _ = tab.add("milk-2l")
    assert tab.pend == []
    with pytest.raises(NotConnected):
        tab.resync()


async def test_a_verdict_just_before_the_end_sends_nothing_into_the_void(
    shop: ScriptedShop, tab: Tab, trace: Trace
) -> None:
    line = await opened(shop, tab)
    first, *_ = (tab.add("milk-2l") for _ in range(33))
    await line.hears_ops(*range(1, 33))
    await line.tell_and_hang_up(sample("ok", n=1), 1012)
    assert await first == Ok(1, 42)
    hello = await (await shop.line()).hears("hello")
    assert hello["pend"][0] == 2
    assert not [frame for gen, frame in trace.frames if gen == 1 and '"n":33' in frame]


async def test_a_shop_that_is_full_is_tried_again_when_it_says(
    shop: ScriptedShop, tab: Tab, trace: Trace
) -> None:
    shop.answers.append((HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "0"}))
    shop.answers.append((HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": "soon"}))
    shop.answers.append((HTTPStatus.BAD_GATEWAY, {}))
    await opened(shop, tab)
    assert [what.split()[-1] for what in trace.happened] == ["503", "429", "502", "opened"]
    assert tab.gen == 1


async def test_when_to_come_again_is_heeded(shop: ScriptedShop, tab: Tab) -> None:
    shop.answers.append((HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "1"}))
    began_s = asyncio.get_running_loop().time()
    await opened(shop, tab)
    assert asyncio.get_running_loop().time() - began_s >= 1


@pytest.mark.parametrize("status", [400, 403, 421])
async def test_a_handshake_that_is_wrong_is_not_tried_again(
    status: int, shop: ScriptedShop, tab: Tab
) -> None:
    shop.answers.append((HTTPStatus(status), {}))
    with pytest.raises(HandshakeRefused, match=str(status)):
        await tab.open()
    assert shop.refused == 1


async def test_before_a_restart_the_new_socket_is_opened_first(
    shop: ScriptedShop, tab: Tab, trace: Trace
) -> None:
    old = await opened(shop, tab)
    asked = tab.add("milk-2l")
    await old.hears_ops(1)
    began_s = asyncio.get_running_loop().time()
    await old.tell(sample("drain", open_after_ms=20))
    new = await shop.line()
    assert asyncio.get_running_loop().time() - began_s >= 0.02
    hello = await new.hears("hello")
    assert (hello["gen"], hello["pend"]) == (2, [1])
    assert trace.happened == ["1 opened", "2 opened"]
    await old.tell(sample("ok", n=1, rev=1))
    assert await asked == Ok(1, 1)
    await new.tell(sample("welcome_same", last=1), sample("prices_after_welcome_same"))
    await old.hears_nothing_more()
    assert await old.close_code() == 1000
    _ = tab.add("eggs-6")
    await new.hears_ops(2)


async def test_a_draining_shop_that_goes_early_is_not_waited_for(
    shop: ScriptedShop, tab: Tab
) -> None:
    old = await opened(shop, tab)
    await old.tell(sample("drain", open_after_ms=3_600_000))
    await old.hang_up(1012)
    assert (await (await shop.line()).greet())["gen"] == 2


async def test_an_older_socket_that_is_replaced_is_no_reason_to_stop(
    shop: ScriptedShop, tab: Tab
) -> None:
    old = await opened(shop, tab)
    await old.tell(sample("drain", open_after_ms=0))
    new = await shop.line()
    await new.hears("hello")
    await old.hang_up(4409)
    await new.tell(sample("welcome_same"), sample("prices_nothing"), sample("tabs", n=5))
    await tab.until(lambda: tab.tabs == 5)
    assert tab.stopped is None


async def test_a_new_socket_that_fails_in_a_drain_is_tried_again(
    shop: ScriptedShop, tab: Tab
) -> None:
    old = await opened(shop, tab)
    shop.answers.append((HTTPStatus.SERVICE_UNAVAILABLE, {}))
    await old.tell(sample("drain", open_after_ms=0))
    new = await shop.line()
    assert shop.refused == 1
    assert (await new.hears("hello"))["gen"] == 2
    _ = tab.add("milk-2l")
    await old.hears_ops(1)


async def test_a_shop_that_does_not_answer_a_goodbye_is_not_waited_for_long(
    shop: ScriptedShop, tab: Tab
) -> None:
    line = await opened(shop, tab)
    line.is_deaf()
    await tab.close()
    line.cut()
