"""The page of this server's metrics."""

import re
from typing import Any

import pytest

from app.domain.verdicts import Code, RetryCode
from app.http.staff.live import ANSWERS, ceiling, plot
from app.live.stats import OK, SECONDS
from tests.http.harness import HttpHarness
from tests.http.order_helpers import MILK, order, stocked_cart, wanted
from tests.http.staff_helpers import grace
from tests.http.visitor import Visitor, fields, text

A_DAY_S = 24 * 3600


async def buy(visitor: Visitor, qty: str) -> Any:
    """Order so many bottles of milk; return the order."""
    await visitor.form("/cart/add", sku=MILK, qty=qty)
    return await fields(await order(visitor, await wanted(visitor)))


async def test_the_last_minute_is_on_the_page_and_in_its_json(
    harness: HttpHarness,
) -> None:
    await stocked_cart(harness)
    harness.clock.at_s += 1
    staff = await grace(harness)

    figures = await fields(await staff.get("/staff/live.json"))
    page = await text(await staff.get("/staff/live"))

    assert figures["verdicts"]["ok"] == "1"
    assert figures["verdicts"]["sold_out"] == "0"
    shoppers = {"sockets": "3", "carts": "0", "waiting": "0", "units": "2"}
    sales = {"orders": "0", "takings": "£0.00", "average": "\N{EN DASH}"}
    assert figures["gauges"] == shoppers | sales
    assert figures["plots"]["ops"]["now"] == ["1"]
    assert figures["plots"]["ops"]["lines"][0].endswith(f"L{SECONDS - 1} 0.0")
    assert re.search(r'data-part="verdict-ok">\s*1\s', page)
    assert figures["plots"]["ops"]["lines"][0] in page


@pytest.mark.on_both
async def test_sales_are_those_of_today_without_what_was_cancelled(harness: HttpHarness) -> None:
    ada, staff = await harness.ada(), await grace(harness)
    await buy(ada, "1")
    harness.clock.at_s += A_DAY_S
    await buy(ada, "2")
    cheaper, dearer = await buy(ada, "3"), await buy(ada, "4")
    await ada.post(f"/orders/{cheaper['number']}/cancel", {})

    page = await text(await staff.get("/zh-hant/staff/live"))
    gauges = (await fields(await staff.get("/staff/live.json")))["gauges"]

    milk = (cheaper["totals"]["subtotal"]) // 3
    total = 2 * dearer["totals"]["total"] - 2 * milk
    assert (gauges["orders"], gauges["takings"]) == ("2", f"£{total / 100:.2f}")
    assert gauges["average"] == f"£{total / 200:.2f}"
    assert gauges["takings"] in page
    assert "今日銷售" in page


async def test_every_answer_has_words() -> None:
    assert {*ANSWERS} == {OK, *Code, *RetryCode}


async def test_the_page_is_not_found_for_shoppers(harness: HttpHarness) -> None:
    ada = await harness.ada()

    assert (await ada.get("/staff/live")).status_code == 404
    assert (await ada.get("/staff/live.json")).status_code == 404


def test_a_plot_has_a_rounded_maximum_and_gaps_for_missing_values() -> None:
    drawn = plot([[None, 2.0, 3.0, None, 4.0]], " ms")

    assert drawn == {"most": "5 ms", "now": ["4.0 ms"], "lines": ["M1 60.0h0L2 40.0M4 20.0h0"]}


def test_a_missing_newest_value_is_a_dash() -> None:
    assert plot([[1.0, None]], " ms")["now"] == ["\N{EN DASH}"]
    assert plot([[1234.0]], "")["now"] == ["1,234"]
    assert plot([[12.34]], " ms")["now"] == ["12 ms"]


@pytest.mark.parametrize(
    ("value", "most"),
    [(0, 1), (0.2, 1), (1, 1), (3, 5), (7, 10), (10, 10), (11, 20), (6001, 10000)],
)
def test_the_maximum_of_a_plot_is_rounded(value: float, most: float) -> None:
    assert ceiling(value) == most
