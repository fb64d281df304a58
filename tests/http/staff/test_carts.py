"""The page of carts."""

import re

import pytest

from app.store.accounts import find_by_email
from tests.http.harness import HttpHarness
from tests.http.order_helpers import MILK, stocked_cart
from tests.http.staff_helpers import grace
from tests.http.visitor import text
from tests.store.unreadable_carts import spoil

pytestmark = pytest.mark.on_both

A_DAY_S = 24 * 3600


async def cells(harness: HttpHarness) -> list[str]:
    """Return the numbers in the table."""
    page = await text(await (await grace(harness)).get("/staff/carts"))
    return re.findall(r'<td class="number">\s*(\d+)', page)


async def test_units_and_carts_are_shown_by_product_beside_the_stock(harness: HttpHarness) -> None:
    await harness.set_product(MILK, stock=5)
    await stocked_cart(harness)
    await stocked_cart(harness, email="bob@shop.example")

    assert await cells(harness) == ["4", "2", "5"]


async def test_a_product_with_less_stock_than_carts_hold_is_marked(harness: HttpHarness) -> None:
    await stocked_cart(harness)
    await harness.set_product(MILK, stock=1)

    assert "fewer than wanted" in await text(await (await grace(harness)).get("/staff/carts"))


async def test_a_cart_left_for_a_day_is_idle(harness: HttpHarness) -> None:
    await stocked_cart(harness)
    staff = await grace(harness)
    assert "Not changed for" in (page := await text(await staff.get("/staff/carts")))
    assert "<b>Ada</b>" not in page

    harness.clock.at_s += A_DAY_S + 1

    page = await text(await staff.get("/staff/carts"))
    assert re.search(r"<b>Ada</b>\s+2 units · 1 line\s", page)
    assert (await staff.get("/staff/carts?page=2")).status_code == 404


async def test_the_page_says_that_all_carts_are_empty(harness: HttpHarness) -> None:
    assert "All carts are empty." in await text(await (await grace(harness)).get("/staff/carts"))


@pytest.mark.parametrize(
    ("path", "text_shown"),
    [
        ("/staff/carts", "2 units in carts."),
        ("/staff/products?q=milk", "1 cart holds this (2 in it)"),
    ],
)
async def test_a_cart_that_cannot_be_read_is_left_out(
    harness: HttpHarness, path: str, text_shown: str
) -> None:
    await stocked_cart(harness)
    staff = await grace(harness)
    await harness.ada(email="bob@shop.example")
    bob = await harness.database.read(find_by_email, "bob@shop.example")
    await harness.database.write(spoil, bob.account)

    answer = await staff.get(path)

    assert answer.status_code == 200
    assert text_shown in re.sub("<.*?>", "", await text(answer))
