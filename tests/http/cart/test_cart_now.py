"""The cart in a page, for its script to use before the socket is open."""

import asyncio
import json
import re
from typing import Any

import pytest

from tests.http.cart.test_api import HERE, add, submit_ops
from tests.http.harness import HttpHarness
from tests.http.visitor import Visitor, text

pytestmark = pytest.mark.on_both

THERE = "aaaaaaaa-0000-4000-8000-000000000002"


async def cart_now(visitor: Visitor, page: str = "/shop") -> dict[str, Any]:
    """Return what a page carries for its script."""
    found = re.search(r'id="cart-now">(.*?)</script>', await text(await visitor.get(page)))
    assert found
    now: dict[str, Any] = json.loads(found[1])
    return now


async def test_a_page_has_the_last_settled_op_of_each_outbox(harness: HttpHarness) -> None:
    ada = await harness.ada()
    assert (await cart_now(ada))["settled"] == {}

    await submit_ops(ada, add(1), add(2), outbox=HERE)
    await submit_ops(ada, add(1), outbox=THERE)

    now = await cart_now(ada)
    assert now["settled"] == {HERE: 2, THERE: 1}
    assert [line["qty"] for line in now["cart"]["lines"]] == [3]


async def test_a_page_counts_refused_ops_as_settled(harness: HttpHarness) -> None:
    ada = await harness.ada()
    await harness.set_product("gala-apples-1kg", stock=0)

    (verdict,) = (await submit_ops(ada, add(1)))["verdicts"]

    assert verdict["t"] == "no"
    assert (await cart_now(ada))["settled"] == {HERE: 1}


async def test_a_page_shows_nothing_of_other_accounts(harness: HttpHarness) -> None:
    await submit_ops(await harness.ada(), add(1))
    bob = await harness.ada(email="bob@shop.example", name="Bob")

    assert (await cart_now(bob))["settled"] == {}
    assert HERE not in await text(await bob.get("/shop"))
    assert "cart-now" not in await text(await harness.visitor().get("/shop"))


async def test_a_page_does_not_count_unsaved_ops_as_settled(harness: HttpHarness) -> None:
    ada, seen = await harness.ada(), asyncio.Queue[dict[str, Any]]()

    async def look() -> None:
        await seen.put(await cart_now(ada))

    harness.database.interlude = look
    await submit_ops(ada, add(1))

    now = seen.get_nowait()
    assert (now["settled"], now["cart"]["lines"]) == ({}, [])
    assert (await cart_now(ada))["settled"] == {HERE: 1}
