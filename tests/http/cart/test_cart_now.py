"""What a page says of the cart to its script, before there is a socket."""

import asyncio
import json
import re
from typing import Any

import pytest

from tests.http.cart.test_api import HERE, add, ask
from tests.http.house import House
from tests.http.visitor import Visitor, text

pytestmark = pytest.mark.on_both

THERE = "aaaaaaaa-0000-4000-8000-000000000002"


async def cart_now(visitor: Visitor) -> dict[str, Any]:
    """Return what a page is sent with."""
    found = re.search(r'id="cart-now">(.*?)</script>', await text(await visitor.get("/shop")))
    assert found
    now: dict[str, Any] = json.loads(found[1])
    return now


async def test_a_page_knows_how_far_its_cart_got_with_each_outbox(house: House) -> None:
    ada = await house.ada()
    assert (await cart_now(ada))["settled"] == {}

    await ask(ada, add(1), add(2), outbox=HERE)
    await ask(ada, add(1), outbox=THERE)

    now = await cart_now(ada)
    assert now["settled"] == {HERE: 2, THERE: 1}
    assert [line["qty"] for line in now["cart"]["lines"]] == [3]


async def test_a_page_counts_what_was_refused_as_settled(house: House) -> None:
    ada = await house.ada()
    await house.set_product("gala-apples-1kg", stock=0)

    (told,) = (await ask(ada, add(1)))["verdicts"]

    assert told["t"] == "no"
    assert (await cart_now(ada))["settled"] == {HERE: 1}


async def test_a_page_says_nothing_of_other_accounts(house: House) -> None:
    await ask(await house.ada(), add(1))
    bob = await house.ada(email="bob@shop.example", name="Bob")

    assert (await cart_now(bob))["settled"] == {}
    assert HERE not in await text(await bob.get("/shop"))
    assert "cart-now" not in await text(await house.visitor().get("/shop"))


async def test_a_page_counts_nothing_that_is_not_saved_yet(house: House) -> None:
    ada, seen = await house.ada(), asyncio.Queue[dict[str, Any]]()

    async def look() -> None:
        await seen.put(await cart_now(ada))

    house.database.interlude = look
    await ask(ada, add(1))

    now = seen.get_nowait()
    assert (now["settled"], now["cart"]["lines"]) == ({}, [])
    assert (await cart_now(ada))["settled"] == {HERE: 1}
