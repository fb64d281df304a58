"""Each close code with which the server closes a websocket (protocol.md §3, §5 and §6)."""

import asyncio
import json
import signal
import time

import pytest

from tests.e2e.catalog import APPLES
from tests.e2e.conftest import ServerFactory
from tests.e2e.raw_client import (
    PASSWORD,
    CloseFrame,
    RawSocket,
    Shopper,
    frame,
    hello_fields,
    new_shopper,
    text_frame,
)
from tests.e2e.raw_http import handshake, raw_connection
from tests.e2e.server import Server
from tests.waiting import SLOW_MACHINE_S

BURST = 6
DRAIN_MS = 12_000
HELLO_S = 4
SETTINGS = {"hello_ms": HELLO_S * 1000, "burst": BURST, "per_s": 1}


async def test_a_socket_without_a_hello_in_time_is_closed_with_4408(ada: Shopper) -> None:
    began_s = time.monotonic()
    socket = await ada.socket()

    assert await socket.close_frame() == CloseFrame(4408, "no hello in time")
    assert 0.9 * HELLO_S < time.monotonic() - began_s < HELLO_S + SLOW_MACHINE_S
    assert socket.received == []


async def test_a_newer_connection_of_a_tab_replaces_the_older_one(ada: Shopper) -> None:
    older, other = await ada.tab(), await ada.tab()
    newer = await ada.tab(tab=older.tab, gen=2, outbox=older.outbox)

    assert await older.close_frame() == CloseFrame(4409, "")
    assert (await newer.submit(1, "line.add", sku=APPLES, qty=1))["t"] == "ok"
    assert (await other.expect("patch"))["by"][0]["tab"] == older.tab


@pytest.mark.parametrize("gen", [1, 2])
async def test_a_connection_with_an_equal_or_older_generation_is_closed_itself(
    ada: Shopper, gen: int
) -> None:
    newer = await ada.tab(gen=2)
    late = await ada.socket()
    await late.send_frame("hello", tab=newer.tab, gen=gen, outbox=newer.outbox)

    assert (await late.close_frame()).code == 4409
    assert late.received == []
    assert (await newer.submit(1, "line.add", sku=APPLES, qty=1))["t"] == "ok"


async def test_a_tab_of_another_account_may_have_the_same_id(shop: Server, ada: Shopper) -> None:
    hers = await ada.tab()

    async with await new_shopper(shop) as bob:
        his = await bob.tab(tab=hers.tab, gen=2)

        assert await hers.receive_pending() == []
        assert await his.receive_pending() == []


async def test_signing_out_closes_the_sockets_of_that_login_within_a_second(ada: Shopper) -> None:
    async with Shopper(ada.server) as second_session:
        login = {"email": ada.email, "password": PASSWORD}
        assert (await second_session.send("POST", "/api/session", login)).status == 200
        staying, first, silent = await second_session.tab(), await ada.tab(), await ada.socket()

        assert (await ada.send("DELETE", "/api/session")).status == 204
        async with asyncio.timeout(60):
            assert await first.close_frame() == CloseFrame(4410, "")
            assert await silent.close_frame() == CloseFrame(4410, "")

        assert (await staying.submit(1, "line.add", sku=APPLES, qty=1))["t"] == "ok"


async def test_signing_in_again_ends_the_previous_login(ada: Shopper) -> None:
    tab = await ada.tab()

    await ada.send("POST", "/api/session", {"email": ada.email, "password": PASSWORD})

    assert await tab.close_frame() == CloseFrame(4410, "")
    assert (await ada.tab()).welcome["account"] == ada.account


async def test_a_hello_of_another_account_is_closed_with_4412_and_told_nothing(
    shop: Server, ada: Shopper
) -> None:
    async with await new_shopper(shop) as bob:
        hers = await ada.tab()
        late = await bob.socket(hers.outbox)
        hello = hello_fields(late) | {"account": ada.account, "pend": [1]}
        await late.send_frame("hello", **hello)
        await late.send_frame("op", n=1, k="line.add", sku=APPLES, qty=1)

        assert (await late.close_frame()).code == 4412
        assert late.received == []
        assert await bob.quantities() == await ada.quantities() == {}
        assert (await bob.tab(account=bob.account)).welcome["account"] == bob.account


async def test_an_11th_tab_closes_the_oldest_one(ada: Shopper) -> None:
    tabs = [await ada.tab() for _ in range(11)]

    assert await tabs[0].close_frame() == CloseFrame(4411, "")
    assert (await tabs[1].submit(1, "line.add", sku=APPLES, qty=1))["t"] == "ok"
    assert (await tabs[10].expect("patch"))["rev"] == 1


async def test_a_reconnecting_tab_closes_no_other_tab(ada: Shopper) -> None:
    tabs = [await ada.tab() for _ in range(10)]
    await ada.tab(tab=tabs[5].tab, gen=2)

    assert (await tabs[5].close_frame()).code == 4409
    assert [await tab.receive_pending() for tab in tabs[:2]] == [
        [{"t": "tabs", "n": n} for n in range(2, 11)],
        [{"t": "tabs", "n": n} for n in range(3, 11)],
    ]


async def exceed_rate_limit(tab: RawSocket, *numbers: int) -> None:
    """Send ops that empty the token bucket, and these ops right behind; all arrive together."""
    ops = (*range(1, BURST + 2), *numbers)
    frames = (frame("op", n=n, k="line.add", sku=APPLES, qty=1) for n in ops)
    await tab.send_together(*map(text_frame, frames))


async def test_ignoring_retry_ms_three_times_in_a_minute_is_closed_with_4429(ada: Shopper) -> None:
    tab = await ada.tab()
    await exceed_rate_limit(tab, *[BURST + 1] * 3)

    assert await tab.close_frame() == CloseFrame(4429, "wait for retry_ms")
    rejections = [message for message in map(json.loads, tab.received) if message["t"] == "no"]
    assert [(no["n"], no["code"]) for no in rejections] == [(BURST + 1, "rate")] * 3


async def test_ignoring_retry_ms_twice_and_repeating_ops_keeps_the_socket_open(
    ada: Shopper,
) -> None:
    tab = await ada.tab()
    await exceed_rate_limit(tab, *[BURST + 1] * 2, *[BURST] * 5, BURST + 2)
    for _ in range(6):
        assert (await tab.verdict(BURST))["t"] == "ok"
    await asyncio.sleep(1.1)

    assert (await tab.submit(BURST + 1, "line.add", sku=APPLES, qty=1))["t"] == "ok"
    assert await ada.quantities() == {APPLES: BURST + 1}


async def test_a_shutdown_sends_drain_and_then_closes_the_tabs(
    server_factory: ServerFactory,
) -> None:
    shop = server_factory.open(drain_ms=DRAIN_MS)
    async with await new_shopper(shop) as ada, raw_connection(shop) as late:
        staying, leaving = await ada.tab(), await ada.tab()
        await staying.receive_pending()
        shop.send_signal(signal.SIGTERM)

        for tab in (staying, leaving):
            drain = await tab.receive()
            assert drain.keys() == {"t", "open_after_ms", "close_in_ms"}
            assert 0 <= drain["open_after_ms"] < drain["close_in_ms"] == DRAIN_MS
        assert (await staying.submit(1, "line.add", sku=APPLES, qty=1))["t"] == "ok"
        await leaving.close()
        late.write(handshake(shop))
        assert (await late.head())[0].startswith("http/1.1 503")
        with pytest.raises(ConnectionRefusedError):
            await ada.send("GET", "/")
        shop.send_signal(signal.SIGTERM)  # which ends the drain at once

        assert await staying.close_frame() == CloseFrame(1012, "")
        assert await asyncio.to_thread(shop.exit_code) == 0
