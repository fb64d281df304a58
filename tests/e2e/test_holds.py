"""What is scarce is held while a connection lives, and offered, as shoppers see it from outside."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.e2e.catalog import MILK
from tests.e2e.event_tab import EventTab, EventTabs
from tests.e2e.orders import order_body, place_order, query_database
from tests.e2e.raw_client import TIMEOUT_S, Frame, RawSocket, Shopper, new_shopper
from tests.e2e.server import Server
from tests.e2e.waitlists import noticed

pytestmark = pytest.mark.on_both

PIE = "blackberry-pie-550g"
SETTINGS = {"hold_s": 8, "hold_checkout_s": 8}
"""Long enough for a busy server to see in time who is there."""


@pytest.fixture
async def bob(shop: Server) -> AsyncIterator[Shopper]:
    """Return a second shopper."""
    async with await new_shopper(shop) as bob:
        yield bob


async def line_until(tab: RawSocket, **fields: object) -> Frame:
    """Receive until the line of the pie has these fields, and return it."""
    async with asyncio.timeout(TIMEOUT_S):
        while True:
            message = await tab.receive()
            lines: Any = message.get("cart", message).get("lines") or {}
            by_sku = lines if isinstance(lines, dict) else {line["sku"]: line for line in lines}
            line = by_sku.get(PIE) or {}
            if line and fields.items() <= line.items():
                return dict(line)


async def item_until(tab: RawSocket, held: int | None) -> None:
    """Receive until so many pies are held by anybody."""
    async with asyncio.timeout(TIMEOUT_S):
        while True:
            message = await tab.receive()
            items = message.get("items", []) if message["t"] == "prices" else []
            if any(item["sku"] == PIE and item.get("held") == held for item in items):
                return


async def test_the_last_ones_are_held_for_who_is_there_and_free_for_others_after_a_while(
    shop: Server, ada: Shopper, bob: Shopper
) -> None:
    shop.command("product", "set", PIE, "--stock", "3", "--hold", "always")
    adas, bobs = await ada.tab(), await bob.tab()
    await bobs.send_frame("watch", skus=[PIE])
    taken = await adas.submit(1, "line.set", sku=PIE, qty=2)
    mine = await line_until(adas, hold="held")
    await item_until(bobs, 2)

    got = await bobs.submit(1, "line.add", sku=PIE, qty=2)
    his = await line_until(bobs, others=2)
    none_left = await bobs.submit(2, "line.add", sku=PIE, qty=1)

    assert (taken["t"], got.get("warn", {}).get("got"), none_left["code"]) == ("ok", 1, "sold_out")
    assert (mine["state"], mine["stock"]) == ("ok", 3)
    assert (his["hold"], his["state"], his["stock"]) == ("held", "ok", 1)

    await adas.cut()
    await item_until(bobs, 1)
    more = await bobs.submit(3, "line.set", sku=PIE, qty=3)
    await line_until(bobs, hold="held", others=0, stock=3)
    back = await ada.tab()
    ended = await back.submit(1, "line.set", sku=PIE, qty=2)
    told = (await ada.cart())["cart"]["lines"][0]

    assert more == {"t": "ok", "n": 3, "rev": more["rev"]}
    assert ended["t"] == "ok"
    assert (told["qty"], told["stock"], told["others"], told["state"]) == (2, 0, 3, "short")
    refused = await place_order(ada, await order_body(ada))
    bought = await place_order(bob, await order_body(bob))
    assert (refused.status, refused.json["code"], bought.status) == (409, "short", 201)
    assert query_database(shop, "SELECT stock + on_hold FROM products WHERE sku = :s", s=PIE) == 0


async def offers_by_events(tab: EventTab, shopper: Shopper) -> list[Frame]:
    """Return the offers that an event stream is told before the answer to a ping."""
    await tab.send(shopper, {"t": "ping", "id": 1})
    told: list[Frame] = []
    while (frame := await tab.expect("offer", "pong"))["t"] == "offer":
        told.append(frame)
    return told


async def offers_by_socket(tab: RawSocket) -> list[Frame]:
    """Return the offers that a websocket is told before the answer to a ping."""
    return [frame for frame in await tab.receive_pending() if frame["t"] == "offer"]


async def test_what_a_command_frees_is_told_once_on_every_tab_of_who_is_next(
    shop: Server, ada: Shopper, bob: Shopper, tabs: EventTabs
) -> None:
    shop.command("product", "set", MILK, "--stock", "0")
    for shopper in (ada, bob):
        assert (await shopper.send("POST", "/api/waitlist", {"sku": MILK})).status == 200
    adas, bobs = await ada.tab(), await bob.tab()
    events = await tabs.of(ada)
    assert await offers_by_events(events, ada) == []
    await noticed(shop, 2)

    shop.command("product", "set", MILK, "--stock", "1")
    by_socket, by_events = await adas.expect("offer"), await events.expect("offer")
    early = await offers_by_socket(bobs)
    shop.command("product", "set", MILK, "--stock", "2")
    to_bob = await bobs.expect("offer")
    rest = [*await offers_by_socket(adas), *await offers_by_events(events, ada)]

    assert [one["sku"] for one in (by_socket, by_events, to_bob)] == [MILK] * 3
    assert min(one["ms"] for one in (by_socket, by_events, to_bob)) > 0
    assert (early, rest, await offers_by_socket(bobs)) == ([], [], [])
