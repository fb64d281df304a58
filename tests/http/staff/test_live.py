"""The page of this server's metrics."""

import re

import pytest

from app.http.staff.live import ceiling, plot
from app.live.stats import SECONDS
from tests.http.harness import HttpHarness
from tests.http.order_helpers import stocked_cart
from tests.http.staff_helpers import grace
from tests.http.visitor import fields, text


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
    assert figures["gauges"] == {"sockets": "3", "carts": "0", "waiting": "0"}
    assert figures["plots"]["ops"]["now"] == ["1"]
    assert figures["plots"]["ops"]["lines"][0].endswith(f"L{SECONDS - 1} 0.0")
    assert re.search(r'data-part="verdict-ok">\s*1\s', page)
    assert figures["plots"]["ops"]["lines"][0] in page


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
