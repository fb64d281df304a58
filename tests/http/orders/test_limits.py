"""The orders of one account are limited, and a refusal says what can be done."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from app.domain.catalog import Money
from app.runtime.shop_file import demo_shop
from tests.http.harness import HttpHarness, open_harness
from tests.http.order_helpers import HOME, MILK, order, wanted
from tests.http.visitor import Visitor, code, fields, text

pytestmark = pytest.mark.on_both


async def buys(visitor: Visitor, qty: int = 2) -> Any:
    """Put milk into the cart and order it; return the answer."""
    await visitor.form("/cart/add", sku=MILK, qty=str(qty))
    return await order(visitor, await wanted(visitor))


async def test_orders_within_an_hour_are_limited_and_the_cart_is_kept(url: str) -> None:
    async with open_harness(url, orders_per_h=2) as harness:
        ada = await harness.ada()
        first, second, third = [await buys(ada) for _ in range(3)]
        items = (await ada.cart())["cart"]["totals"]["count"]
        harness.clock.at_s += 3600
        later = await order(ada, await wanted(ada))

    assert [each.status_code for each in (first, second, third, later)] == [201, 201, 429, 201]
    assert third.headers["Retry-After"] == "3600"
    problem = await fields(third)
    assert (problem["code"], problem["limit"]) == ("order_limit", "rate")
    assert problem["detail"] == (
        "An account can place 2 orders an hour, and yours has. Wait 60 minutes, then"
        " place this one. Your cart stays as it is."
    )
    assert items == 2


async def test_open_orders_are_limited_until_one_is_delivered_or_cancelled(url: str) -> None:
    async with open_harness(url, orders_open=1) as harness:
        ada = await harness.ada()
        number = (await fields(await buys(ada)))["number"]
        refused = await buys(ada)
        await ada.send(f"/api/orders/{number}/cancel", {})
        after_cancelling = await order(ada, await wanted(ada))
        number = (await fields(after_cancelling))["number"]
        for _ in range(3):
            await harness.move_on(number)
        after_delivery = await buys(ada)

    assert await code(refused) == (409, "order_limit")
    assert (await fields(refused))["detail"].startswith(
        "An account can have 1 open order, and yours already does. Wait until one"
    )
    assert (after_cancelling.status_code, after_delivery.status_code) == (201, 201)


async def test_the_value_of_open_orders_is_limited(url: str) -> None:
    async with open_harness(url, settings=replace(demo_shop(), most_open=Money(1000))) as harness:
        ada = await harness.ada()
        small, large = await buys(ada), await buys(ada)

    assert small.status_code == 201
    assert await code(large) == (409, "order_limit")
    assert (
        "your open orders would come to £15.40; the limit is £10.00"
        in (await fields(large))["detail"]
    )


async def test_the_items_of_a_new_account_are_limited_and_later_they_are_not(url: str) -> None:
    async with open_harness(url, new_account_items=3, new_account_h=24) as harness:
        ada = await harness.ada()
        allowed, refused = await buys(ada), await buys(ada)
        harness.clock.at_s += 24 * 3600
        later = await order(ada, await wanted(ada))

    assert (allowed.status_code, later.status_code) == (201, 201)
    assert await code(refused) == (409, "order_limit")
    assert (
        "your open orders would have 4 items; the limit for a new account is 3"
        in ((await fields(refused))["detail"])
    )


async def test_orders_of_an_account_at_the_same_time_do_not_get_past_a_limit(url: str) -> None:
    async with open_harness(url, orders_open=1) as harness:
        ada = await harness.ada()
        await ada.form("/cart/add", sku=MILK, qty="1")
        bodies = [await wanted(ada) for _ in range(4)]
        answers = await asyncio.gather(*(order(ada, body) for body in bodies))

    refused = [await code(answer) for answer in answers if answer.status_code != 201]
    assert refused == [(409, "order_limit")] * 3


async def test_a_repeated_request_finds_its_order_whatever_the_limit(url: str) -> None:
    async with open_harness(url, orders_open=1) as harness:
        ada = await harness.ada()
        await ada.form("/cart/add", sku=MILK, qty="1")
        body = await wanted(ada)
        first, again = await order(ada, body), await order(ada, body)

    assert (first.status_code, again.status_code) == (201, 200)


async def test_other_accounts_do_not_count(url: str) -> None:
    async with open_harness(url, orders_open=1) as harness:
        ada, bob = await harness.ada(), await harness.ada(email="bob@shop.example")

        assert [(await buys(each)).status_code for each in (ada, bob)] == [201, 201]


async def test_the_checkout_page_says_what_can_be_done(url: str) -> None:
    async with open_harness(url, orders_open=1) as harness:
        ada = await harness.ada()
        await buys(ada)
        await ada.form("/cart/add", sku=MILK, qty="1")
        body = await wanted(ada)
        answer = await ada.post("/checkout", {**HOME, **_form(body)})

    assert answer.status_code == 409
    page = await text(answer)
    assert "Wait until one is delivered, or cancel one. Your cart stays as it is." in page


def _form(body: dict[str, Any]) -> dict[str, str]:
    return {name: str(body[name]) for name in ("key", "at", "total")} | {"address": "new"}


async def test_an_account_cannot_empty_the_shop_with_the_usual_limits(
    harness: HttpHarness,
) -> None:
    """A new account took 7,821 items in ten seconds."""
    ada = await harness.ada()
    await harness.set_product(MILK, stock=5000)
    answers = [await buys(ada, 99) for _ in range(6)]

    assert await code(answers[-1]) == (409, "order_limit")
    taken = (await fields(await ada.get("/api/orders")))["orders"]
    assert sum(line["qty"] for each in taken for line in each["lines"]) <= 300
