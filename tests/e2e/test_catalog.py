"""A price or a stock that is set in another process reaches open carts (protocol.md §4)."""

import asyncio
import json

import pytest

from app.domain.catalog import Money, Sku
from app.store.engines import connect
from app.store.queries import run_query
from tests.e2e.catalog import GHOST, MILK, PLENTY, price
from tests.e2e.raw_client import Frame, RawSocket, Shopper
from tests.e2e.server import Server
from tests.staff import set_product

pytestmark = pytest.mark.on_both

TIMEOUT_S = 60
RISING, EMPTIED, SAVED, WATCHED, FALLING, SHORT, ACCEPTED, RESTOCKED = PLENTY[20:28]


def set_in_database(
    shop: Server, sku: str, *, price: int | None = None, stock: int | None = None
) -> None:
    """Set a product as `shop product set` does, in another process than the server's."""
    engine = connect(shop.environment["SHOP_DATABASE"])
    run_query(engine, set_product, Sku(sku), None if price is None else Money(price), stock)
    engine.dispose()


async def prices_after(shop: Server, tab: RawSocket, sku: str, **changes: int) -> Frame:
    """Set a product, and return the `prices` that *tab* receives; check that none came before."""
    assert [message for message in await tab.receive_pending() if message["t"] == "prices"] == []
    set_in_database(shop, sku, **changes)
    async with asyncio.timeout(TIMEOUT_S):
        prices = await tab.expect("prices")
    assert [item["sku"] for item in prices["items"]] == [sku]
    return prices


async def test_the_product_command_updates_an_open_cart(shop: Server, ada: Shopper) -> None:
    tab = await ada.tab()
    await tab.submit(1, "line.add", sku=MILK, qty=1)
    command = ("product", "set", MILK, "--price", "12.34", "--stock", "3")

    done = await asyncio.to_thread(shop.command, *command)
    async with asyncio.timeout(TIMEOUT_S):
        prices = await tab.expect("prices")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("£12.34, 3 in stock.\n")
    assert prices["items"] == [{"sku": MILK, "price": 1234, "stock": 3}]
    assert prices["lines"][MILK]["state"] == "price_rise"
    product = (await ada.send("GET", f"/api/products/{MILK}")).json
    assert (product["price"], product["stock"], product["state"]) == (1234, 3, "ok")


async def test_a_price_rise_reaches_every_tab_with_the_line_and_the_totals(
    shop: Server, ada: Shopper
) -> None:
    before = price(RISING)
    tab, other = await ada.tab(), await ada.tab()
    await tab.submit(1, "line.add", sku=RISING, qty=2)

    prices = await prices_after(shop, tab, RISING, price=before + 20)

    assert prices["items"] == [{"sku": RISING, "price": before + 20, "stock": None}]
    line = prices["lines"][RISING]
    assert (line["agreed"], line["price"], line["state"]) == (before, before + 20, "price_rise")
    assert prices["totals"]["subtotal"] == 2 * (before + 20)
    assert await other.expect("prices") == prices
    cart = await ada.cart()
    assert (cart["rev"], cart["cart"]["lines"]) == (1, [line])
    assert cart["cart"]["totals"] == prices["totals"]


async def test_a_price_fall_applies_without_being_accepted(shop: Server, ada: Shopper) -> None:
    before = price(FALLING)
    tab = await ada.tab()
    await tab.submit(1, "line.add", sku=FALLING, qty=1)

    prices = await prices_after(shop, tab, FALLING, price=before - 10)

    line = prices["lines"][FALLING]
    assert (line["agreed"], line["price"], line["state"]) == (before, before - 10, "ok")
    assert prices["totals"]["subtotal"] == before - 10


async def test_short_and_sold_out_lines_are_flagged_and_sold_out_ones_leave_the_totals(
    shop: Server, ada: Shopper
) -> None:
    tab = await ada.tab()
    await tab.submit(1, "line.add", sku=SHORT, qty=3)

    short = await prices_after(shop, tab, SHORT, stock=2)
    assert (short["lines"][SHORT]["stock"], short["lines"][SHORT]["state"]) == (2, "short")
    assert short["totals"]["count"] == 3

    out = await prices_after(shop, tab, SHORT, stock=0)
    assert (out["lines"][SHORT]["qty"], out["lines"][SHORT]["state"]) == (3, "sold_out")
    assert out["totals"]["count"] == 0


async def test_a_saved_line_is_updated_too_and_costs_nothing(shop: Server, ada: Shopper) -> None:
    tab = await ada.tab()
    await tab.submit(1, "line.add", sku=SAVED, qty=1)
    await tab.submit(2, "line.save", sku=SAVED)

    prices = await prices_after(shop, tab, SAVED, stock=7)

    assert prices["saved"][SAVED]["stock"] == 7
    assert "lines" not in prices


async def test_only_tabs_that_watch_a_product_receive_its_changes(
    shop: Server, ada: Shopper
) -> None:
    watching, other = await ada.tab(), await ada.tab()
    await watching.send_frame("watch", skus=[WATCHED, GHOST])
    first = await watching.expect("prices")
    assert first["items"] == [{"sku": WATCHED, "price": price(WATCHED), "stock": None}]

    prices = await prices_after(shop, watching, WATCHED, price=price(WATCHED) + 5, stock=9)

    new = {"sku": WATCHED, "price": price(WATCHED) + 5, "stock": 9}
    assert prices == {"t": "prices", "items": [new]}
    assert "prices" not in {message["t"] for message in await other.receive_pending()}
    await watching.send_frame("watch", skus=[])
    assert await watching.expect("prices") == {"t": "prices", "items": []}
    await other.send_frame("watch", skus=[WATCHED])
    await other.expect("prices")
    await prices_after(shop, other, WATCHED, stock=8)
    assert "prices" not in {message["t"] for message in await watching.receive_pending()}


async def test_ops_are_ruled_on_with_the_stock_that_was_published(
    shop: Server, ada: Shopper
) -> None:
    tab = await ada.tab()
    await tab.send_frame("watch", skus=[EMPTIED])
    await tab.expect("prices")
    await prices_after(shop, tab, EMPTIED, stock=4)

    verdict = await tab.submit(1, "line.add", sku=EMPTIED, qty=9)

    assert verdict["warn"] == {"code": "clamped", "sku": EMPTIED, "asked": 9, "got": 4}


async def test_a_restocked_product_can_be_added_again(shop: Server, ada: Shopper) -> None:
    sku = RESTOCKED
    tab = await ada.tab()
    await tab.submit(1, "line.add", sku=sku, qty=1)
    await prices_after(shop, tab, sku, stock=0)
    assert (await tab.submit(2, "line.add", sku=sku, qty=1))["code"] == "sold_out"

    prices = await prices_after(shop, tab, sku, stock=500)

    assert prices["lines"][sku]["state"] == "ok"
    assert json.loads(tab.received[-1])["totals"]["count"] == 1
    assert (await tab.submit(3, "line.add", sku=sku, qty=1))["t"] == "ok"


async def test_a_price_rise_is_accepted_only_at_the_current_price(
    shop: Server, ada: Shopper
) -> None:
    before = price(ACCEPTED)
    tab = await ada.tab()
    await tab.submit(1, "line.add", sku=ACCEPTED, qty=1, seen=before)
    await prices_after(shop, tab, ACCEPTED, price=before + 10)

    rejection = await tab.submit(2, "line.accept", sku=ACCEPTED, price=before + 5)
    assert (rejection["t"], rejection["code"], rejection["rev"]) == ("no", "price_moved", 1)
    assert await tab.submit(2, "line.accept", sku=ACCEPTED, price=before + 5) == rejection
    assert await tab.submit(3, "line.accept", sku=ACCEPTED, price=before + 10) == {
        "t": "ok",
        "n": 3,
        "rev": 2,
    }
    line = (await tab.expect("patch"))["lines"][ACCEPTED]
    assert (line["agreed"], line["state"]) == (before + 10, "ok")
