"""When a tab reconnects and when it stops, on real websockets (protocol.md §5)."""

import asyncio
import socket
from dataclasses import replace
from http import HTTPStatus

import pytest

from app.client import (
    AccountMismatch,
    ClientProtocolError,
    HandshakeRefused,
    LoginEnded,
    LoginRequired,
    NotConnected,
    Replaced,
    Shop,
    Stopped,
    Tab,
    TooManyTabs,
    UnsupportedVersion,
)
from app.client.cart import EMPTY_CART
from app.domain.catalog import Sku
from app.domain.ops import AddLine
from app.domain.verdicts import Ok
from tests.client.conftest import FAST_POLICY, RecordingObserver, account_in, open_tab
from tests.client.samples import sample
from tests.client.scripted import ScriptedShop


@pytest.mark.parametrize("code", [1000, 1001, 1011, 1012, 1013, 4408])
async def test_a_tab_reconnects_after(
    code: int, shop: ScriptedShop, tab: Tab, recorder: RecordingObserver
) -> None:
    peer = await open_tab(shop, tab)
    await peer.close(code, "see you")
    new = await shop.accept()
    hello = await new.send_welcome()
    assert (hello["gen"], hello["at"]) == (2, "7c1d.0.0000000000000000")
    assert recorder.events == ["1 opened", f"1 closed {code} see you", "2 opened"]


async def test_a_tab_reconnects_after_a_dropped_connection(
    shop: ScriptedShop, tab: Tab, recorder: RecordingObserver
) -> None:
    peer = await open_tab(shop, tab)
    peer.abort()
    await shop.accept_and_welcome()
    assert recorder.events == ["1 opened", "1 closed 1006", "2 opened"]


async def test_a_tab_reconnects_after_a_close_without_a_code(
    shop: ScriptedShop, tab: Tab, recorder: RecordingObserver
) -> None:
    peer = await open_tab(shop, tab)
    await peer.close_without_code()
    await shop.accept_and_welcome()
    assert recorder.events[1] == "1 closed 1005"


@pytest.mark.parametrize(
    ("code", "stop"),
    [
        (1007, ClientProtocolError),
        (1009, ClientProtocolError),
        (4400, ClientProtocolError),
        (4401, LoginRequired),
        (4406, UnsupportedVersion),
        (4409, Replaced),
        (4410, LoginEnded),
        (4411, TooManyTabs),
        (4412, AccountMismatch),
    ],
)
async def test_a_tab_stops_after(
    code: int, stop: type[Stopped], shop: ScriptedShop, tab: Tab
) -> None:
    peer = await open_tab(shop, tab)
    submitted = tab.add("milk-2l")
    await peer.expect_ops(1)
    await peer.close(code, "because")
    with pytest.raises(stop, match=f"{code} because"):
        await submitted


async def test_an_ended_login_empties_cart_and_outbox(shop: ScriptedShop, tab: Tab) -> None:
    peer = await open_tab(shop, tab)
    await peer.send(sample("snapshot_of_every_state"))
    await tab.until(lambda: tab.cart.lines)
    submitted = tab.add("milk-2l")
    await peer.close(4410)
    with pytest.raises(LoginEnded):
        await submitted
    assert tab.cart == EMPTY_CART
    assert tab.unsettled == []


async def test_another_accounts_login_empties_the_cart_and_keeps_the_outbox(
    shop: ScriptedShop, tab: Tab
) -> None:
    peer = await open_tab(shop, tab)
    await peer.send(sample("snapshot_of_every_state"))
    submitted = tab.add("milk-2l")
    await peer.expect_ops(1)
    peer.abort()
    await (await shop.accept()).close(4412, "another account")
    with pytest.raises(AccountMismatch, match="4412 another account"):
        await submitted
    assert tab.cart == EMPTY_CART
    assert tab.unsettled == [(1, AddLine(Sku("milk-2l"), 1, None))]


async def test_an_expired_login_keeps_the_cart(shop: ScriptedShop, tab: Tab) -> None:
    peer = await open_tab(shop, tab)
    await peer.send(sample("snapshot_of_every_state"))
    await tab.until(lambda: tab.cart.lines)
    await peer.close(4401)
    with pytest.raises(LoginRequired):
        await tab.until(lambda: False)
    assert tab.cart.rev == 42


async def test_open_raises_why_it_was_refused(shop: ScriptedShop, tab: Tab) -> None:
    opening = asyncio.ensure_future(tab.open())
    await (await shop.accept()).close(4401, "log in")
    with pytest.raises(LoginRequired, match="4401 log in"):
        await opening


async def test_after_4503_hello_has_no_position(shop: ScriptedShop, tab: Tab) -> None:
    peer = await open_tab(shop, tab)
    await peer.close(4503)
    hello = await (await shop.accept()).send_welcome()
    assert (hello["gen"], hello["at"]) == (2, None)


async def test_after_4429_the_rate_limit_delay_is_kept(shop: ScriptedShop) -> None:
    tab = account_in(shop, replace(FAST_POLICY, rate_limit_delay_s=0.1)).tab()
    peer = await open_tab(shop, tab)
    began_s = asyncio.get_running_loop().time()
    await peer.close(4429)
    await shop.accept_and_welcome()
    assert asyncio.get_running_loop().time() - began_s >= 0.1
    await tab.close()


async def test_a_connection_without_heartbeats_is_dropped(
    shop: ScriptedShop, recorder: RecordingObserver
) -> None:
    tab = account_in(shop, replace(FAST_POLICY, heartbeat_timeout_s=0.1)).tab(observer=recorder)
    peer = await open_tab(shop, tab)
    await peer.send(sample("hb"))
    new = await shop.accept()
    assert (await new.expect("hello"))["gen"] == 2
    assert recorder.events[:2] == ["1 opened", "1 closed 1006"]
    await tab.close()


async def test_heartbeats_keep_a_connection_open(
    shop: ScriptedShop, recorder: RecordingObserver
) -> None:
    tab = account_in(shop, replace(FAST_POLICY, heartbeat_timeout_s=0.4)).tab(observer=recorder)
    peer = await open_tab(shop, tab)
    for _ in range(5):
        await asyncio.sleep(0.1)
        await peer.send(sample("hb"))
    assert recorder.events == ["1 opened"]
    await tab.close()


async def test_the_backoff_grows_until_a_connection_lasts(shop: ScriptedShop) -> None:
    chances: list[float] = []

    def chance() -> float:
        chances.append(0.005)
        return chances[-1]

    retry_policy = replace(FAST_POLICY, reset_after_s=0.1, base_delay_s=10, max_delay_s=3600)
    tab = Shop(shop.url, retry_policy=retry_policy, chance=chance).account("u-3fa9", "shop=x").tab()
    peer = await open_tab(shop, tab)
    for least_ms in (50, 100, 200):
        began_s = asyncio.get_running_loop().time()
        peer.abort()
        peer = await shop.accept_and_welcome()
        assert asyncio.get_running_loop().time() - began_s >= least_ms / 1000
    await asyncio.sleep(0.1)
    began_s = asyncio.get_running_loop().time()
    peer.abort()
    await shop.accept_and_welcome()
    assert 0.05 <= asyncio.get_running_loop().time() - began_s < 0.4
    assert len(chances) == 4
    await tab.close()


async def test_after_1012_a_client_reconnects_immediately(shop: ScriptedShop) -> None:
    retry_policy = replace(FAST_POLICY, base_delay_s=3600, max_delay_s=3600)
    client = Shop(shop.url, retry_policy=retry_policy, chance=lambda: 0.5)
    tab = client.account("u-3fa9", "shop=x").tab()
    peer = await open_tab(shop, tab)
    await peer.close(1012)
    await shop.accept_and_welcome()
    await tab.close()


async def test_a_refused_connection_is_retried(recorder: RecordingObserver) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}"
        tab = Shop(url, chance=lambda: 0.0).account("u-3fa9", "shop=x").tab(observer=recorder)
        opening = asyncio.ensure_future(tab.open())
        await recorder.wait_for_events(3)
        await tab.close()
    assert recorder.events[0].startswith("ConnectionRefusedError")
    with pytest.raises(Stopped):
        await opening


async def test_while_disconnected_ops_wait_and_other_messages_raise(
    shop: ScriptedShop, tab: Tab, recorder: RecordingObserver
) -> None:
    peer = await open_tab(shop, tab)
    shop.responses.append((HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "60"}))
    peer.abort()
    await recorder.wait_for_events(3)
    _ = tab.add("milk-2l")
    assert tab.pend == []
    with pytest.raises(NotConnected):
        tab.resync()


async def test_a_verdict_just_before_the_close_sends_no_op(
    shop: ScriptedShop, tab: Tab, recorder: RecordingObserver
) -> None:
    peer = await open_tab(shop, tab)
    first, *_ = (tab.add("milk-2l") for _ in range(33))
    await peer.expect_ops(*range(1, 33))
    await peer.send_and_close(sample("ok", n=1), 1012)
    assert await first == Ok(1, 42)
    hello = await (await shop.accept()).expect("hello")
    assert hello["pend"][0] == 2
    assert not [frame for gen, frame in recorder.frames if gen == 1 and '"n":33' in frame]


async def test_temporary_handshake_errors_are_retried(
    shop: ScriptedShop, tab: Tab, recorder: RecordingObserver
) -> None:
    shop.responses.append((HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "0"}))
    shop.responses.append((HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": "soon"}))
    shop.responses.append((HTTPStatus.BAD_GATEWAY, {}))
    await open_tab(shop, tab)
    assert [what.split()[-1] for what in recorder.events] == ["503", "429", "502", "opened"]
    assert tab.gen == 1


async def test_retry_after_is_kept(shop: ScriptedShop, tab: Tab) -> None:
    shop.responses.append((HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "1"}))
    began_s = asyncio.get_running_loop().time()
    await open_tab(shop, tab)
    assert asyncio.get_running_loop().time() - began_s >= 1


@pytest.mark.parametrize("status", [400, 403, 421])
async def test_a_refused_handshake_is_not_retried(
    status: int, shop: ScriptedShop, tab: Tab
) -> None:
    shop.responses.append((HTTPStatus(status), {}))
    with pytest.raises(HandshakeRefused, match=str(status)):
        await tab.open()
    assert shop.refused == 1


async def test_on_drain_the_new_websocket_is_opened_first(
    shop: ScriptedShop, tab: Tab, recorder: RecordingObserver
) -> None:
    old = await open_tab(shop, tab)
    submitted = tab.add("milk-2l")
    await old.expect_ops(1)
    began_s = asyncio.get_running_loop().time()
    await old.send(sample("drain", open_after_ms=20))
    new = await shop.accept()
    assert asyncio.get_running_loop().time() - began_s >= 0.02
    hello = await new.expect("hello")
    assert (hello["gen"], hello["pend"]) == (2, [1])
    assert recorder.events == ["1 opened", "2 opened"]
    await old.send(sample("ok", n=1, rev=1))
    assert await submitted == Ok(1, 1)
    await new.send(sample("welcome_same", last=1), sample("prices_after_welcome_same"))
    await old.expect_close()
    assert await old.close_code() == 1000
    _ = tab.add("eggs-6")
    await new.expect_ops(2)


async def test_a_drain_that_ends_early_is_not_waited_for(shop: ScriptedShop, tab: Tab) -> None:
    old = await open_tab(shop, tab)
    await old.send(sample("drain", open_after_ms=3_600_000))
    await old.close(1012)
    assert (await (await shop.accept()).send_welcome())["gen"] == 2


async def test_replaced_on_the_older_websocket_does_not_stop_the_tab(
    shop: ScriptedShop, tab: Tab
) -> None:
    old = await open_tab(shop, tab)
    await old.send(sample("drain", open_after_ms=0))
    new = await shop.accept()
    await new.expect("hello")
    await old.close(4409)
    await new.send(sample("welcome_same"), sample("prices_nothing"), sample("tabs", n=5))
    await tab.until(lambda: tab.tabs == 5)
    assert tab.stopped is None


async def test_a_new_websocket_that_fails_in_a_drain_is_retried(
    shop: ScriptedShop, tab: Tab
) -> None:
    old = await open_tab(shop, tab)
    shop.responses.append((HTTPStatus.SERVICE_UNAVAILABLE, {}))
    await old.send(sample("drain", open_after_ms=0))
    new = await shop.accept()
    assert shop.refused == 1
    assert (await new.expect("hello"))["gen"] == 2
    _ = tab.add("milk-2l")
    await old.expect_ops(1)


async def test_attempts_that_fail_in_a_drain_do_not_delay_the_one_after_it(
    shop: ScriptedShop, recorder: RecordingObserver
) -> None:
    policy = replace(FAST_POLICY, reset_after_s=0, base_delay_s=3600, max_delay_s=3600)
    client = Shop(shop.url, retry_policy=policy, chance=lambda: 0.5)
    tab = client.account("u-3fa9", "shop=x").tab(observer=recorder)
    old = await open_tab(shop, tab)
    shop.responses.append((HTTPStatus.SERVICE_UNAVAILABLE, {}))
    await old.send(sample("drain", open_after_ms=0))
    await recorder.wait_for_events(2)

    await old.close(1012)

    assert (await (await shop.accept()).send_welcome())["gen"] == 2
    await tab.close()


async def test_a_close_that_is_not_answered_times_out(shop: ScriptedShop, tab: Tab) -> None:
    peer = await open_tab(shop, tab)
    peer.stop_reading()
    await tab.close()
    peer.abort()
