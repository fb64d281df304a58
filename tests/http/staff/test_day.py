"""The page of a day's or a week's sales, and its tables."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.catalog import Sku
from app.domain.errors import DatabaseUnavailable
from app.domain.periods import Period, week_of
from app.domain.stock import StockAct, StockChange
from app.store.product_edits import Editor
from app.store.stock import move_stock
from tests.http.harness import HttpHarness
from tests.http.order_helpers import MILK, order, stocked_cart, wanted
from tests.http.staff_helpers import grace
from tests.http.visitor import Visitor, text

pytestmark = pytest.mark.on_both


def today(harness: HttpHarness) -> Period:
    """Return the day that it is."""
    return Period(datetime.fromtimestamp(harness.clock.now_s(), UTC).date())


async def buy_milk(harness: HttpHarness) -> int:
    """Order two bottles of milk, and return what they cost with delivery."""
    visitor = await stocked_cart(harness)
    placed = await order(visitor, await wanted(visitor))
    assert placed.status_code == 201
    total: int = (await placed.get_json())["totals"]["total"]
    return total


def figures(page: str) -> dict[str, str]:
    """Return what the page says of each figure, now and a week before."""
    found = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", page, re.DOTALL)
    return {label: " ".join(re.sub("<[^>]+>", " ", value).split()) for label, value in found}


async def table(staff: Visitor, path: str) -> list[list[str]]:
    """Return the rows of a CSV file."""
    return [line.split(",") for line in (await text(await staff.get(path))).splitlines()]


async def test_a_day_without_orders_says_so(harness: HttpHarness) -> None:
    page = await text(await (await grace(harness)).get("/staff/day"))

    assert "Nothing was sold then." in page
    assert "Nothing was written off then." in page
    assert figures(page)["Takings"] == "£0.00 £0.00 a week before"
    assert figures(page)["Average order"].startswith("\N{EN DASH}")


async def test_what_was_sold_is_shown_beside_the_week_before(harness: HttpHarness) -> None:
    staff, total = await grace(harness), await buy_milk(harness)
    pounds = f"£{total // 100}.{total % 100:02}"

    day = await text(await staff.get(f"/staff/day?of={today(harness)}"))
    later = await text(await staff.get(f"/staff/day?of={today(harness).moved(7)}"))
    week = await text(await staff.get(f"/staff/day?of={week_of(today(harness).first)}"))

    assert figures(day)["Takings"] == f"{pounds} £0.00 a week before"
    assert figures(day)["Items per order"].startswith("2 ")
    assert figures(later)["Takings"] == f"£0.00 {pounds} a week before"
    assert figures(week)["Takings"] == f"{pounds} £0.00 a week before"
    assert day.count("<rect") == 24
    assert week.count("<rect") == 7
    assert f'href="/staff/products/{MILK}"' in day


async def test_the_tables_have_the_days_and_the_products(harness: HttpHarness) -> None:
    staff, total = await grace(harness), await buy_milk(harness)
    week = week_of(today(harness).first)

    days = await table(staff, f"/staff/day.csv?of={week}")
    products = await table(staff, f"/staff/day-products.csv?of={week}")

    assert [row[0] for row in days] == ["date", *(f"{day}" for day in week.dates)]
    (sold,) = [row for row in days[1:] if row[1] != "0"]
    assert sold[:3] == [f"{today(harness)}", "1", "2"]
    assert sold[7] == f"{total / 100:.2f}"
    assert products[1][0] == MILK
    assert products[1][-2] == "2"
    assert len(products) == 2


async def test_what_was_written_off_is_shown_by_reason(harness: HttpHarness) -> None:
    staff = await grace(harness)
    change = StockChange(Sku(MILK), StockAct.WASTE, 1)
    editor = Editor(None, "Dropped", int(harness.clock.now_s()))
    await harness.database.write(move_stock, change, editor)

    assert "Dropped" in await text(await staff.get("/staff/day"))


async def test_an_unreadable_period_is_today_and_what_is_to_come_has_no_way_to_it(
    harness: HttpHarness,
) -> None:
    staff, day = await grace(harness), today(harness).first
    yesterday = f"{day - timedelta(days=1)}"

    page = await text(await staff.get("/staff/day?of=soon"))
    before = await text(await staff.get(f"/staff/day?of={yesterday}"))

    assert f'href="/staff/day?of={yesterday}"' in page
    assert f'href="/staff/day?of={day + timedelta(days=1)}"' not in page
    assert f'href="/staff/day?of={day}"' in before


async def test_in_chinese_the_days_have_their_names(harness: HttpHarness) -> None:
    page = await text(await (await grace(harness)).get("/zh-hant/staff/day?of=2026-12-01"))

    assert "2026年12月1日" in page
    assert "營業額" in page


async def test_what_was_sold_out_and_what_no_search_found_is_counted(harness: HttpHarness) -> None:
    staff, ada = await grace(harness), await harness.ada()
    await harness.set_product(MILK, stock=1)
    await ada.form("/cart/add", sku=MILK, qty="2")  # clamped
    await harness.set_product(MILK, stock=0)
    await ada.form("/cart/add", sku=MILK, qty="2")  # refused
    await ada.send("/api/waitlist", {"sku": MILK})
    for q in ("Zeppelin", "zeppelin ", "kale"):
        await ada.get(f"/shop?q={q}")
    await ada.get("/shop?q=milk")

    await harness.live.demand.save()
    page = await text(await staff.get("/staff/day"))

    missed = page.partition("Wanted and sold out")[2].partition("</section>")[0]
    assert f'href="/staff/products/{MILK}"' in missed
    assert re.findall(r'<td class="number">(\d+)', missed) == ["3", "0"]
    searched = page.partition("Searched for and not found")[2].partition("</section>")[0]
    assert "zeppelin" in searched
    assert "kale" not in searched


async def test_what_could_not_be_saved_is_saved_later(harness: HttpHarness) -> None:
    ada = await harness.ada()
    await harness.set_product(MILK, stock=0)
    await ada.form("/cart/add", sku=MILK, qty="2")
    await ada.get("/shop?q=zeppelin")

    harness.database.writes_fail = True
    with pytest.raises(DatabaseUnavailable):
        await harness.live.demand.save()
    harness.database.writes_fail = False
    await harness.live.demand.save()

    unmet = harness.live.hub.context.stats.unmet
    assert not unmet.products
    assert not unmet.searches
    page = await text(await (await grace(harness)).get("/staff/day"))
    assert f'href="/staff/products/{MILK}"' in page.partition("Wanted and sold out")[2]
