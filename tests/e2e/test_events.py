"""A tab without a websocket: the same frames as events, and the same closes (protocol.md §9)."""

from uuid import uuid4

from tests.e2e.catalog import APPLES, MILK
from tests.e2e.event_tab import EventTabs, events_path, hello_of
from tests.e2e.raw_client import CloseFrame, Frame, Shopper, new_shopper
from tests.e2e.server import Server

FOREIGN = ("Origin: http://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site")


def op(n: int, k: str = "line.add", **fields: object) -> Frame:
    """Return an op, which adds apples unless it is given."""
    return {"t": "op", "n": n, "k": k, **(fields or {"sku": APPLES, "qty": 1})}


async def test_a_stream_carries_the_frames_of_a_websocket(tabs: EventTabs, ada: Shopper) -> None:
    socket = await ada.tab(language="en")
    tab_id, outbox = str(uuid4()), str(uuid4())

    tab = await tabs.of(ada, tab=tab_id, outbox=outbox, language="zh-Hant")

    assert (tab.status, tab.headers["content-type"]) == (200, "text/event-stream")
    assert tab.headers["cache-control"] == "no-store, no-transform"
    assert (tab.headers["x-accel-buffering"], "content-encoding" in tab.headers) == ("no", False)
    welcome = (await tab.event())[1]
    assert (welcome["t"], welcome["account"], welcome["mode"]) == (
        "welcome",
        ada.account,
        "snapshot",
    )
    assert (await tab.event())[1]["at"] == socket.at
    assert await tab.expect("tabs") == {"t": "tabs", "n": 2}
    sent = await tab.send(ada, op(1), op(2, sku=MILK, qty=2), {"t": "ping", "id": 7})
    assert (sent.status, sent.body) == (204, b"")
    assert [(await tab.expect("ok"))["n"] for _ in range(2)] == [1, 2]
    patch, other = await tab.expect("patch"), await socket.expect("patch")
    assert [by["tab"] for by in patch["by"]] == [by["tab"] for by in other["by"]]
    assert patch["by"][0] == {"tab": tab_id, "outbox": outbox, "n": 1, "k": "line.add"}
    assert patch["lines"][APPLES]["name"] == "加拉蘋果"
    await tab.send(ada, op(1), {"t": "watch", "skus": [MILK]}, {"t": "resync"})
    assert (await tab.expect("ok"))["n"] == 1
    assert (await tab.expect("prices"))["items"][0]["sku"] == MILK
    assert (await tab.expect("snapshot"))["rev"] == 2
    assert (await ada.cart())["rev"] == 2


async def test_closes_are_the_last_event_with_the_codes_of_a_websocket(
    shop: Server, tabs: EventTabs, ada: Shopper
) -> None:
    closes = [
        await (await tabs.open(shop, path, cookie)).close_frame()
        for path, cookie in (
            (events_path(hello_of()), ""),
            (events_path(hello_of(), protocol="shop.cart.v1"), ada.cookie),
            (events_path("{"), ada.cookie),
            (events_path("").replace("hello=", "hello=%FF"), ada.cookie),
            (events_path(hello_of(account="u-other")), ada.cookie),
        )
    ]
    assert [close.code for close in closes] == [4401, 4406, 4400, 1007, 4412]
    tab_id = str(uuid4())
    first = await tabs.of(ada, tab=tab_id)
    await first.expect("tabs")
    second = await tabs.of(ada, tab=tab_id, gen=2)
    assert (await first.close_frame()).code == 4409
    assert (await second.send(ada, "x" * 8193, op(1))).status == 204
    assert await second.close_frame() == CloseFrame(1009, "")
    third = await tabs.of(ada)
    await third.expect("tabs")
    assert (await ada.send("DELETE", "/api/session")).status == 204
    assert await third.close_frame() == CloseFrame(4410, "")


async def test_a_stream_is_opened_by_no_other_site_and_host(
    shop: Server, tabs: EventTabs, ada: Shopper
) -> None:
    path = events_path(hello_of())
    refused = [await tabs.open(shop, path, ada.cookie, header) for header in FOREIGN]
    assert [each.status for each in refused] == [403] * len(FOREIGN)
    assert "access-control-allow-origin" not in refused[0].headers
    unversioned = await tabs.open(shop, events_path(hello_of(), protocol=""), ada.cookie)
    assert unversioned.status == 400
    page = await tabs.open(shop, path, ada.cookie, "Sec-Fetch-Site: same-origin")
    assert page.status == 200


async def test_nobody_else_sends_to_a_stream(shop: Server, tabs: EventTabs, ada: Shopper) -> None:
    tab = await tabs.of(ada)
    await tab.expect("tabs")
    async with await new_shopper(shop) as bob, Shopper(shop) as nobody:
        assert (await tab.send(bob, op(1))).status == 404
        assert (await tab.send(nobody, op(1))).status == 401
    assert (await tab.send(ada, op(1), Origin="http://evil.example")).status == 403
    for body in ({"to": tab.to}, {"to": tab.to, "frames": [1]}, {"to": 1, "frames": []}):
        assert (await ada.send("POST", "/api/cart/frames", body)).status == 400
    to, tab.to = tab.to, f"{tab.to}x"
    assert (await tab.send(ada, op(1))).status == 404
    tab.to = to
    assert (await tab.send(ada, *[op(1)] * 65)).status == 429
    assert (await ada.cart())["rev"] == 0
    await tab.drop()


async def test_a_stream_that_its_client_left_takes_nothing_more(
    tabs: EventTabs, ada: Shopper
) -> None:
    socket, tab = await ada.tab(), await tabs.of(ada)
    assert await socket.expect("tabs") == {"t": "tabs", "n": 2}

    await tab.drop()

    assert await socket.expect("tabs") == {"t": "tabs", "n": 1}
    assert (await tab.send(ada, op(1))).status == 404
