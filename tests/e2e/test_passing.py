"""Temporary rejections: rate limits, and a locked database (protocol.md §4 and §6)."""

import asyncio
import json
from uuid import uuid4

import pytest

from tests.e2e.catalog import APPLES, MILK
from tests.e2e.lock import locked
from tests.e2e.raw_client import Frame, RawSocket, Shopper, frame, new_shopper, op, text_frame
from tests.e2e.server import Server

pytestmark = pytest.mark.on_both

BURST, PER_S = 5, 1
SETTINGS = {"burst": BURST, "per_s": PER_S}


def add(n: int) -> Frame:
    """Return an op that increments the revision."""
    return op(n, "line.add", sku=APPLES, qty=1)


async def send_adds(tab: RawSocket, *numbers: int) -> None:
    """Send ops that arrive together."""
    await tab.send_together(*(text_frame(json.dumps({"t": "op", **add(n)})) for n in numbers))


async def answers(tab: RawSocket, count: int) -> list[Frame]:
    """Return *count* verdicts, ordered by number, and check that no more arrive."""
    verdicts = [await tab.expect("ok", "no") for _ in range(count)]
    assert [
        message["t"] for message in await tab.receive_pending() if message["t"] != "patch"
    ] == []
    return sorted(verdicts, key=lambda verdict: verdict["n"])


async def accepted_before_the_limit(tab: RawSocket) -> int:
    """Return how many ops are accepted until one is limited: none, if no second has passed."""
    n = 1
    while (await tab.submit(n, "line.add", sku=MILK, qty=1))["t"] == "ok":
        n += 1
    return n - 1


async def test_the_first_op_beyond_the_rate_limit_gets_retry_ms_and_the_rest_is_dropped(
    ada: Shopper,
) -> None:
    tab = await ada.tab()
    await send_adds(tab, *range(1, 10))
    *done, limited = await answers(tab, BURST + 1)

    assert done == [{"t": "ok", "n": n, "rev": n} for n in range(1, BURST + 1)]
    assert limited.keys() == {"t", "n", "code", "retry_ms"}
    assert (limited["n"], limited["code"]) == (BURST + 1, "rate")
    assert 0 < limited["retry_ms"] <= 1000 / PER_S
    assert await ada.quantities() == {APPLES: BURST}


async def test_later_ops_are_dropped_until_the_rate_limited_op_is_sent_again(ada: Shopper) -> None:
    tab = await ada.tab()
    await send_adds(tab, *range(1, 8))
    limited = (await answers(tab, BURST + 1))[-1]
    await asyncio.sleep(limited["retry_ms"] / 1000)

    await send_adds(tab, 7)
    assert await answers(tab, 0) == []
    await send_adds(tab, 6)
    assert (await tab.verdict(6))["t"] == "ok"
    await asyncio.sleep(1 / PER_S)
    await send_adds(tab, 7)
    assert (await tab.verdict(7))["t"] == "ok"
    assert await ada.quantities() == {APPLES: 7}


async def test_later_ops_are_accepted_once_the_rate_limited_op_is_settled_over_http(
    ada: Shopper,
) -> None:
    tab = await ada.tab()
    await send_adds(tab, *range(1, 8))
    await answers(tab, BURST + 1)
    await asyncio.sleep(2 / PER_S)

    assert (await ada.ops(tab.outbox, add(6))).json["verdicts"][0]["t"] == "ok"
    assert (await tab.submit(7, "line.add", sku=APPLES, qty=1))["t"] == "ok"


async def test_repeated_ops_use_no_tokens_and_are_answered_while_rate_limited(ada: Shopper) -> None:
    tab = await ada.tab()
    await send_adds(tab, *range(1, 8))
    await answers(tab, BURST + 1)

    await send_adds(tab, *[3] * 20)

    assert await answers(tab, 20) == [{"t": "ok", "n": 3, "rev": 3}] * 20


async def test_all_tabs_of_an_account_share_its_token_bucket(shop: Server, ada: Shopper) -> None:
    one, other = await ada.tab(), await ada.tab()
    await send_adds(one, *range(1, BURST + 1))
    await answers(one, BURST)
    again = await ada.tab(tab=one.tab, gen=2)

    for tab in (other, again):
        assert await accepted_before_the_limit(tab) < BURST
    async with await new_shopper(shop) as bob:
        assert (await (await bob.tab()).submit(1, "line.add", sku=MILK, qty=1))["t"] == "ok"


async def test_over_http_the_first_op_beyond_the_rate_limit_ends_the_list(ada: Shopper) -> None:
    answer = await ada.ops(str(uuid4()), *(add(n) for n in range(1, 10)))

    assert answer.status == 200
    verdicts = answer.json["verdicts"]
    assert [verdict["t"] for verdict in verdicts] == ["ok"] * BURST + ["no"]
    assert verdicts[-1]["code"] == "rate"
    assert answer.json["rev"] == BURST


async def test_while_the_database_is_locked_ops_are_busy_and_then_applied_once(
    shop: Server, ada: Shopper
) -> None:
    tab, other, outbox = await ada.tab(), await ada.tab(), str(uuid4())
    with locked(shop):
        over_http = asyncio.create_task(ada.ops(outbox, add(1), add(2)))
        busy = await tab.submit(1, "line.add", sku=APPLES, qty=1)
        answer = await over_http
        assert await ada.quantities() == {}

    assert busy.keys() == {"t", "n", "code", "retry_ms"}
    assert busy["code"] == "busy"
    assert answer.status == 200
    assert [verdict["code"] for verdict in answer.json["verdicts"]] == ["busy"]
    await asyncio.sleep(busy["retry_ms"] / 1000)
    assert await tab.submit(1, "line.add", sku=APPLES, qty=1) == {"t": "ok", "n": 1, "rev": 1}
    settled = await ada.ops(outbox, add(1), add(2))
    assert [verdict["t"] for verdict in settled.json["verdicts"]] == ["ok", "ok"]
    assert await ada.quantities() == {APPLES: 3}
    patches = [await other.expect("patch"), await other.expect("patch")]
    assert [(patch["prev"], patch["rev"]) for patch in patches] == [(0, 1), (1, 3)]


async def test_while_the_database_is_locked_sockets_and_pages_work(
    shop: Server, ada: Shopper
) -> None:
    tab = await ada.tab()
    with locked(shop):
        registering = {"email": "bob@shop.example", "password": "seven bricks", "name": "Bob"}
        refusal = asyncio.create_task(ada.send("POST", "/api/accounts", registering))
        assert (await ada.tab()).welcome["last"] == 0
        assert (await ada.send("GET", "/shop")).status == 200
        assert (await ada.send("GET", "/cart")).status == 200
        refused = await refusal

    assert (refused.status, refused.json["code"]) == (503, "busy")
    assert int(refused.headers["retry-after"]) > 0
    assert (await tab.submit(1, "line.add", sku=APPLES, qty=1))["t"] == "ok"


async def test_a_briefly_locked_database_delays_ops_without_a_rejection(
    shop: Server, ada: Shopper
) -> None:
    tab = await ada.tab()
    with locked(shop):
        await send_adds(tab, 1, 2)
        await asyncio.sleep(0.3)
        assert await answers(tab, 0) == []

    assert await tab.verdict(1) == {"t": "ok", "n": 1, "rev": 1}
    assert await tab.verdict(2) == {"t": "ok", "n": 2, "rev": 2}


async def test_a_socket_with_32_unanswered_ops_is_neither_read_nor_closed(
    shop: Server, ada: Shopper
) -> None:
    tab = await ada.tab()
    with locked(shop):
        for _ in range(16):
            await tab.send_text(frame("op", **add(1)), frame("op", **add(1)))
        await asyncio.sleep(0.1)
        await tab.send_frame("ping", id=5)
        receiving = asyncio.create_task(tab.receive())
        await asyncio.sleep(0.4)
        assert not receiving.done()

    assert await receiving == {"t": "ok", "n": 1, "rev": 1}
    assert await tab.expect("pong") == {"t": "pong", "id": 5}
    assert await ada.quantities() == {APPLES: 1}
