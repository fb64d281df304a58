"""Waitlists over HTTP: to wait, to be offered what has come back, to take it or to leave."""

from typing import Any

import pytest

from app.domain.waitlist import MOST_PLACES, OFFER_S
from tests.http.harness import HttpHarness
from tests.http.order_helpers import MILK
from tests.http.staff_helpers import grace
from tests.http.visitor import Visitor, code, fields, text

BOB = {"email": "bob@shop.example", "name": "Bob"}


async def waitlist(visitor: Visitor) -> dict[str, Any]:
    shown: dict[str, Any] = await fields(await visitor.get("/api/waitlist"))
    return shown


async def page(visitor: Visitor, path: str) -> str:
    answer = await visitor.get(path)
    assert answer.status_code == 200
    return await text(answer)


@pytest.mark.on_both
async def test_who_waits_is_offered_what_comes_back_before_anybody_else(
    harness: HttpHarness,
) -> None:
    ada, bob = await harness.ada(), await harness.ada(**BOB)
    await harness.set_product(MILK, stock=0)
    first = await ada.send("/api/waitlist", {"sku": MILK})
    await ada.send("/api/waitlist", {"sku": MILK})
    second = await bob.send("/api/waitlist", {"sku": MILK})
    assert (await fields(first))["places"] == [{"sku": MILK, "before": 0}]
    assert (await fields(second))["places"] == [{"sku": MILK, "before": 1}]
    export = await fields(await bob.get("/account/data.json"))
    assert export["waits_for"] == [{"sku": MILK, "before": 1}]

    await harness.set_product(MILK, stock=1)

    (offer,) = (await waitlist(ada))["offers"]
    assert (offer["sku"], 0 < offer["ms"] <= OFFER_S * 1000) == (MILK, True)
    assert await waitlist(bob) == {"places": [{"sku": MILK, "before": 0}], "offers": []}
    await bob.form("/cart/add", sku=MILK, qty="1")
    assert (await bob.cart())["cart"]["lines"] == []
    await ada.form("/cart/add", sku=MILK, qty="1")
    assert [line["hold"] for line in (await ada.cart())["cart"]["lines"]] == ["held"]
    assert await waitlist(ada) == {"places": [], "offers": []}


async def test_giving_back_offers_it_to_the_next(harness: HttpHarness) -> None:
    ada, bob = await harness.ada(), await harness.ada(**BOB)
    await harness.set_product(MILK, stock=0)
    for visitor in (ada, bob):
        await visitor.form("/waitlist/join", sku=MILK)
    await harness.set_product(MILK, stock=1)

    left = await ada.form("/waitlist/leave", sku=MILK)

    assert "You do not wait for it any longer." in left
    assert [offer["sku"] for offer in (await waitlist(bob))["offers"]] == [MILK]
    given_back = await bob.send("/api/waitlist/leave", {"sku": MILK})
    assert await fields(given_back) == await waitlist(bob) == {"places": [], "offers": []}
    await ada.form("/cart/add", sku=MILK, qty="1")
    assert len((await ada.cart())["cart"]["lines"]) == 1


async def test_who_need_not_or_cannot_wait_is_told(harness: HttpHarness) -> None:
    ada = await harness.ada()
    left = await ada.send("/api/waitlist", {"sku": MILK})
    unknown = await ada.send("/api/waitlist", {"sku": "moon-1kg"})
    skus = [sku for sku in harness.live.hub.context.catalog.today.products if sku != MILK]
    for sku in skus[:MOST_PLACES]:
        await harness.set_product_unseen(sku, stock=0)
        assert (await ada.send("/api/waitlist", {"sku": sku})).status_code == 200
    await harness.set_product(MILK, stock=0)
    full = await ada.send("/api/waitlist", {"sku": MILK})

    assert await code(left) == (409, "not_sold_out")
    assert await code(unknown) == (404, "not_found")
    assert await code(full) == (409, "too_many_places")
    page = await ada.form("/waitlist/join", sku=MILK)
    assert "You already wait for 20 products." in page


async def test_pages_show_who_waits_and_what_is_kept_in_both_languages(
    harness: HttpHarness,
) -> None:
    ada, bob = await harness.ada(), await harness.ada(**BOB)
    assert "Nothing. On a product that is sold out" in await page(ada, "/account")
    assert " data-full" not in await page(ada, "/p/milk?size=milk-2l")
    await harness.set_product(MILK, stock=0)
    assert " data-full" in await page(ada, "/p/milk?size=milk-2l")
    for visitor in (ada, bob):
        await visitor.form("/waitlist/join", sku=MILK)
    await harness.refresh_catalog()

    waits = "You are number 2 on the waiting list of this product."
    assert waits in await page(bob, "/p/milk?size=milk-2l")
    assert waits in await page(bob, "/account")
    assert "排第 2 位" in await page(bob, "/zh-hant/account")
    assert "2 wait" in await page(await grace(harness), "/staff/products?q=milk-2l")
    await harness.set_product(MILK, stock=1)

    shown = await page(ada, "/shop?q=milk")
    assert "Yours for 1 minute: Whole milk, 2 litres" in shown
    assert " data-offered" in shown
    assert "為您保留 1 分鐘" in await page(ada, "/zh-hant/cart")
    assert "Yours for 1 minute: Whole" not in await page(bob, "/cart")


async def test_a_guest_signs_in_first_and_comes_back(harness: HttpHarness) -> None:
    answer = await harness.visitor().post("/waitlist/join", {"sku": MILK, "next": "/p/milk"})

    assert (answer.status_code, answer.location) == (303, "/login?next=%2Fp%2Fmilk")
