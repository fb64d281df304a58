"""Messages other than ops: heartbeats, pings, watches and resyncs (protocol.md §3 and §4)."""

import asyncio
import time

from tests.e2e.catalog import APPLES, GHOST, MILK, PLENTY, price
from tests.e2e.raw_client import Shopper, frame, text_frame

HEARTBEAT_S = 1
USUAL_HEARTBEAT_S = 20
SETTINGS = {"heartbeat_ms": int(HEARTBEAT_S * 1000)}


async def test_an_idle_socket_receives_a_heartbeat_each_interval(ada: Shopper) -> None:
    began_s = time.monotonic()
    tab = await ada.tab()
    assert tab.welcome["hb_ms"] == HEARTBEAT_S * 1000

    assert await tab.receive() == {"t": "hb"}
    assert await tab.receive() == {"t": "hb"}

    assert 1.8 * HEARTBEAT_S < time.monotonic() - began_s < USUAL_HEARTBEAT_S


async def test_a_busy_socket_receives_a_heartbeat_only_if_it_was_silent_meanwhile(
    ada: Shopper,
) -> None:
    last_s = time.monotonic()
    tab = await ada.tab()
    for number in range(6):
        asked_s = time.monotonic()
        await tab.send_frame("ping", id=number)
        while (heard := await tab.receive()) == {"t": "hb"}:  # this test stood still
            assert time.monotonic() - last_s > 0.9 * HEARTBEAT_S
        assert heard == {"t": "pong", "id": number}
        last_s = asked_s
        await asyncio.sleep(HEARTBEAT_S / 4)


async def test_a_pong_has_the_id_of_its_ping(ada: Shopper) -> None:
    tab = await ada.tab()
    for number in (7, 0, -(2**53) + 1, 2**53 - 1):
        await tab.send_frame("ping", id=number)
        assert await tab.expect("pong") == {"t": "pong", "id": number}


async def test_pings_beyond_a_burst_of_ten_are_ignored_until_tokens_refill(ada: Shopper) -> None:
    tab = await ada.tab()
    await tab.send_together(*(text_frame(frame("ping", id=number)) for number in range(30)))
    assert [(await tab.expect("pong"))["id"] for _ in range(10)] == list(range(10))

    await asyncio.sleep(0.6)
    await tab.send_frame("ping", id=99)
    ignored = 20
    while (await tab.expect("pong"))["id"] != 99:  # tokens that came while the server stood still
        ignored -= 1

    assert ignored > 0


async def test_a_watch_returns_each_known_product_once(ada: Shopper) -> None:
    tab = await ada.tab()
    await tab.send_frame("watch", skus=[MILK, GHOST, APPLES, MILK])

    prices = await tab.expect("prices")

    assert prices == {
        "t": "prices",
        "items": [
            {"sku": sku, "price": price(sku), "stock": None} for sku in sorted((APPLES, MILK))
        ],
    }


async def test_a_watch_replaces_the_previous_one(ada: Shopper) -> None:
    tab = await ada.tab()
    for skus in ([APPLES], [MILK], []):
        await tab.send_frame("watch", skus=skus)
        assert [item["sku"] for item in (await tab.expect("prices"))["items"]] == skus


async def test_of_watches_beyond_the_rate_limit_only_the_newest_is_answered_later(
    ada: Shopper,
) -> None:
    tab = await ada.tab()
    began_s = time.monotonic()
    await tab.send_together(*(text_frame(frame("watch", skus=[sku])) for sku in PLENTY[:30]))

    answered = [(await tab.expect("prices"))["items"][0]["sku"] for _ in range(11)]

    assert answered == [*PLENTY[:10], PLENTY[29]]
    assert time.monotonic() - began_s > 0.4
    assert [
        message["t"] for message in await tab.receive_pending() if message["t"] == "prices"
    ] == []


async def test_resyncs_beyond_the_rate_limit_get_one_late_snapshot(ada: Shopper) -> None:
    tab = await ada.tab()
    await tab.send_together(*[text_frame(frame("resync"))] * 30)

    snapshots = [await tab.expect("snapshot") for _ in range(11)]

    assert snapshots == [snapshots[0]] * 11
    await asyncio.sleep(0.6)
    assert [
        message["t"] for message in await tab.receive_pending() if message["t"] == "snapshot"
    ] == []


async def test_the_welcome_contains_the_limits_in_force(ada: Shopper) -> None:
    welcome = (await ada.tab()).welcome

    assert welcome["limits"] == {
        "frame": 8192,
        "inflight": 32,
        "burst": 64,
        "per_s": 10,
        "watch": 200,
        "lines": 100,
        "qty": 99,
        "note": 500,
        "sockets": 10,
    }
    assert (welcome["v"], welcome["last"], welcome["verdicts"]) == (2, 0, [])
    assert 0 < welcome["session_left_ms"] <= 3 * 24 * 3600 * 1000
    assert welcome["conn"] != (await ada.tab()).welcome["conn"]
