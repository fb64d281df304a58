"""A price or a stock that is set in another process reaches open carts (PROTOCOL.md §4)."""

import asyncio
import json

from tests.e2e.server import Server
from tests.e2e.shelf import GHOST, PLENTY, price
from tests.e2e.wire import Frame, Shopper, Wire

WITHIN_S = 5
DEARER, EMPTIED, SAVED, WATCHED, CHEAPER, SHORT = PLENTY[20:26]


def set_product(shop: Server, sku: str, *, price: int = 0, stock: int = -1) -> None:
    """Set the price in pennies, the stock or both with a command."""
    priced = ["--price", f"{price / 100:.2f}"] if price else []
    stocked = ["--stock", str(stock)] if stock >= 0 else []
    done = shop.command("product", "set", sku, *priced, *stocked)
    assert (done.returncode, done.stderr) == (0, "")


async def prices_after(shop: Server, tab: Wire, sku: str, **changes: int) -> Frame:
    """Return what *tab* is told in time after a product was set; it is told nothing before."""
    assert [news for news in await tab.hear_out() if news["t"] == "prices"] == []
    await asyncio.to_thread(lambda: set_product(shop, sku, **changes))
    async with asyncio.timeout(WITHIN_S):
        told = await tab.expect("prices")
    assert [item["sku"] for item in told["items"]] == [sku]
    return told


async def arrived(shop: Server, sku: str, field: str, value: int) -> Frame:
    """Wait until scripts are told that a product has this value; return all they are told."""
    async with asyncio.timeout(WITHIN_S):
        while (product := await Shopper(shop).send("GET", f"/api/products/{sku}")).json[
            field
        ] != value:
            await asyncio.sleep(0.05)
    fields: Frame = product.json
    return fields


async def test_a_rise_reaches_every_tab_with_the_line_and_the_totals(
    shop: Server, ada: Shopper
) -> None:
    was = price(DEARER)
    tab, other = await ada.tab(), await ada.tab()
    await tab.ask(1, "line.add", sku=DEARER, qty=2)

    told = await prices_after(shop, tab, DEARER, price=was + 20)

    assert told["items"] == [{"sku": DEARER, "price": was + 20, "stock": None}]
    line = told["lines"][DEARER]
    assert (line["agreed"], line["price"], line["state"]) == (was, was + 20, "price_rise")
    assert told["totals"]["subtotal"] == 2 * (was + 20)
    assert await other.expect("prices") == told
    cart = await ada.cart()
    assert (cart["rev"], cart["cart"]["lines"]) == (1, [line])
    assert cart["cart"]["totals"] == told["totals"]


async def test_a_fall_simply_applies(shop: Server, ada: Shopper) -> None:
    was = price(CHEAPER)
    tab = await ada.tab()
    await tab.ask(1, "line.add", sku=CHEAPER, qty=1)

    told = await prices_after(shop, tab, CHEAPER, price=was - 10)

    line = told["lines"][CHEAPER]
    assert (line["agreed"], line["price"], line["state"]) == (was, was - 10, "ok")
    assert told["totals"]["subtotal"] == was - 10


async def test_what_runs_short_and_out_is_said_and_leaves_the_totals(
    shop: Server, ada: Shopper
) -> None:
    tab = await ada.tab()
    await tab.ask(1, "line.add", sku=SHORT, qty=3)

    short = await prices_after(shop, tab, SHORT, stock=2)
    assert (short["lines"][SHORT]["stock"], short["lines"][SHORT]["state"]) == (2, "short")
    assert short["totals"]["count"] == 3

    out = await prices_after(shop, tab, SHORT, stock=0)
    assert (out["lines"][SHORT]["qty"], out["lines"][SHORT]["state"]) == (3, "sold_out")
    assert out["totals"]["count"] == 0


async def test_a_saved_line_follows_too_and_costs_nothing(shop: Server, ada: Shopper) -> None:
    tab = await ada.tab()
    await tab.ask(1, "line.add", sku=SAVED, qty=1)
    await tab.ask(2, "line.save", sku=SAVED)

    told = await prices_after(shop, tab, SAVED, stock=7)

    assert told["saved"][SAVED]["stock"] == 7
    assert "lines" not in told


async def test_who_watches_a_product_is_told_and_who_does_not_is_not(
    shop: Server, ada: Shopper
) -> None:
    watching, other = await ada.tab(), await ada.tab()
    await watching.say("watch", skus=[WATCHED, GHOST])
    first = await watching.expect("prices")
    assert first["items"] == [{"sku": WATCHED, "price": price(WATCHED), "stock": None}]

    told = await prices_after(shop, watching, WATCHED, price=price(WATCHED) + 5, stock=9)

    new = {"sku": WATCHED, "price": price(WATCHED) + 5, "stock": 9}
    assert told == {"t": "prices", "items": [new]}
    assert "prices" not in {news["t"] for news in await other.hear_out()}
    await watching.say("watch", skus=[])
    assert await watching.expect("prices") == {"t": "prices", "items": []}
    await asyncio.to_thread(lambda: set_product(shop, WATCHED, stock=8))
    await arrived(shop, WATCHED, "stock", 8)
    assert "prices" not in {news["t"] for news in await watching.hear_out()}


async def test_what_is_ruled_on_is_ruled_on_with_what_was_told(shop: Server, ada: Shopper) -> None:
    tab = await ada.tab()
    await tab.say("watch", skus=[EMPTIED])
    await tab.expect("prices")
    await prices_after(shop, tab, EMPTIED, stock=4)

    told = await tab.ask(1, "line.add", sku=EMPTIED, qty=9)

    assert told["warn"] == {"code": "clamped", "sku": EMPTIED, "asked": 9, "got": 4}


async def test_scripts_are_told_too(shop: Server) -> None:
    sku = PLENTY[30]
    await asyncio.to_thread(lambda: set_product(shop, sku, price=1234, stock=0))

    told = await arrived(shop, sku, "price", 1234)

    assert (told["stock"], told["state"]) == (0, "sold_out")


async def test_a_product_that_comes_back_can_be_had_again(shop: Server, ada: Shopper) -> None:
    sku = PLENTY[31]
    tab = await ada.tab()
    await tab.ask(1, "line.add", sku=sku, qty=1)
    await prices_after(shop, tab, sku, stock=0)
    assert (await tab.ask(2, "line.add", sku=sku, qty=1))["code"] == "sold_out"

    told = await prices_after(shop, tab, sku, stock=500)

    assert told["lines"][sku]["state"] == "ok"
    assert json.loads(tab.told[-1])["totals"]["count"] == 1
    assert (await tab.ask(3, "line.add", sku=sku, qty=1))["t"] == "ok"
