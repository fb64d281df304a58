"""A change of a product by more than half is asked about once more."""

import pytest

from app.domain.catalog import Sku
from app.store.product_edits import find_product
from tests.http.harness import HttpHarness
from tests.http.html_forms import read_page
from tests.http.order_helpers import MILK
from tests.http.staff_helpers import grace
from tests.http.visitor import text

PAGE = f"/staff/products/{MILK}"
ASKED = "Nothing has been changed yet. Please check it, and save again if it is right."


async def form_of(page: str, **typed: str) -> dict[str, str]:
    """Return the edit form of *page* with what is *typed* into it."""
    _, forms = read_page(page)
    (form,) = (form for form in forms if form.action == PAGE)
    return dict(form.fields) | typed


async def price(harness: HttpHarness) -> int:
    """Return the price of the milk."""
    product = await harness.database.read(find_product, Sku(MILK))
    assert product
    return int(product.price)


async def test_a_price_with_a_slipped_point_is_asked_about_and_saved_the_second_time(
    harness: HttpHarness,
) -> None:
    staff, before = await grace(harness), await price(harness)
    page = await text(await staff.get(PAGE))

    asked = await staff.post(PAGE, await form_of(page, price="1950", reason="New price"))

    question = await text(asked)
    assert asked.status_code == 409
    assert "Change the price from £2.10 to £1,950.00?" in question
    assert ASKED in question
    assert await price(harness) == before
    saved = await staff.post(PAGE, await form_of(question))
    assert saved.status_code == 303
    assert await price(harness) == 195000


async def test_another_large_change_is_asked_about_again(harness: HttpHarness) -> None:
    staff = await grace(harness)
    page = await text(await staff.get(PAGE))
    question = await text(await staff.post(PAGE, await form_of(page, price="99", reason="Offer")))

    again = await staff.post(PAGE, await form_of(question, price="999"))

    assert again.status_code == 409
    assert "to £999.00?" in await text(again)


@pytest.mark.parametrize(
    ("was", "typed", "status"),
    [(200, "3.00", 303), (200, "3.01", 409), (200, "1.00", 303), (200, "0.99", 409)],
)
async def test_more_than_half_is_the_limit(
    harness: HttpHarness, was: int, typed: str, status: int
) -> None:
    staff = await grace(harness)
    await harness.set_product(MILK, price=was)
    page = await text(await staff.get(PAGE))

    answer = await staff.post(PAGE, await form_of(page, price=typed, reason="Offer"))

    assert answer.status_code == status


@pytest.mark.parametrize(("by", "status"), [("+999", 303), ("+1000", 409), ("-3", 303)])
async def test_stock_is_asked_about_from_a_thousand(
    harness: HttpHarness, by: str, status: int
) -> None:
    staff = await grace(harness)
    await harness.set_product(MILK, stock=5)
    page = await text(await staff.get(PAGE))

    answer = await staff.post(PAGE, await form_of(page, stock_by=by, reason="Delivery"))

    assert answer.status_code == status
