"""Staff's pages of stock: found by code, received, written off, counted, and in the log."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, update

from app.domain.catalog import Product, Sku
from app.domain.stock import MovementKind, StockAct
from app.http.staff.stock_forms import REASONS
from app.http.staff.stock_log import KIND_TEXTS
from app.store.product_edits import find_product
from app.store.stock import list_low
from app.store.tables import products
from tests.http import order_helpers
from tests.http.harness import HttpHarness
from tests.http.order_helpers import order, stocked_cart, wanted
from tests.http.staff_helpers import grace
from tests.http.visitor import Visitor, text

MILK = Sku(order_helpers.MILK)
BARCODE, UPC = "5000128104517", "036000291452"
PAGE = f"/staff/stock/{MILK}"


async def stock_of(harness: HttpHarness, sku: Sku = MILK) -> int:
    """Return the stock in the database."""
    product: Product | None = await harness.database.read(find_product, sku)
    assert product
    return product.stock


def hold_milk(connection: Connection, units: int) -> None:
    """Have carts hold so many milk."""
    held = update(products).where(products.c.sku == MILK)
    connection.execute(held.values(on_hold=units))


async def give_barcode(staff: Visitor, harness: HttpHarness, code: str = BARCODE) -> None:
    """Type a barcode on the product's page."""
    product = await harness.database.read(find_product, MILK)
    assert product
    form = {"version": f"{product.version}", "barcode": code, "low": "7", "reason": "Scanned"}
    answer = await staff.post(f"/staff/products/{MILK}", form)
    assert answer.status_code == 303, await text(answer)


def test_there_are_words_for_every_kind_and_act() -> None:
    assert KIND_TEXTS.keys() == set(MovementKind)
    assert REASONS.keys() == set(StockAct)


async def test_a_scanned_code_leads_to_its_product(harness: HttpHarness) -> None:
    staff = await grace(harness)
    await give_barcode(staff, harness, UPC)

    for code in (UPC, f"0{UPC}", MILK, MILK.upper()):
        answer = await staff.get(f"/staff/stock?q={code}")
        assert (answer.status_code, answer.location) == (303, PAGE)
    page = await text(await staff.get("/staff/products?q=036000291452"))
    assert "1 product" in page
    shoppers = await harness.visitor().get(f"/shop?q={UPC}")
    assert MILK in await shoppers.get_data(as_text=True)
    assert "No products match" in await text(await staff.get("/staff/stock?q=zeppelin"))
    assert MILK in await (await staff.get("/staff/stock?q=milk")).get_data(as_text=True)


async def test_received_goods_are_added_and_shoppers_see_them(harness: HttpHarness) -> None:
    staff, before = await grace(harness), await stock_of(harness)

    said = await staff.form(
        PAGE, "/staff/stock", act="receive", units="12", best_before="2027-01-31"
    )

    assert f": 12 received, now {before + 12}." in said
    assert await stock_of(harness) == before + 12
    log = await text(await staff.get(PAGE))
    assert "+12</b> received" in " ".join(log.split())
    assert "best before 2027-01-31" in log
    assert "Grace" in log


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"act": "waste", "units": "100000", "reason": "Spoilt"}, "no more can be taken away"),
        ({"act": "waste", "units": "1"}, "Give a reason"),
        ({"act": "receive", "units": "0"}, "at least 1"),
        ({"act": "receive", "units": "1000000"}, "can be in stock"),
        ({"act": "receive", "units": BARCODE}, "Enter how many"),
        ({"act": "receive", "units": "1", "best_before": "tomorrow"}, "Enter a date"),
        ({"act": "receive", "units": "1", "reason": "x" * 201}, "at most 200"),
        ({"act": "count", "units": "3", "seen": "99"}, "while you counted"),
    ],
)
async def test_what_cannot_be_is_refused_in_words(
    harness: HttpHarness, form: dict[str, str], fault: str
) -> None:
    staff, before = await grace(harness), await stock_of(harness)

    answer = await staff.post(PAGE, form)

    assert answer.status_code == 400
    assert fault in await text(answer)
    assert await stock_of(harness) == before


async def test_what_is_written_off_and_counted_is_said(harness: HttpHarness) -> None:
    staff, before = await grace(harness), await stock_of(harness)
    seen = f"{before - 2}"

    wasted = await staff.form(PAGE, "/staff/stock", act="waste", units="2", reason="Spoilt")
    same = await staff.form(PAGE, "/staff/stock", act="count", units=seen, seen=seen)
    fewer = await staff.form(PAGE, "/staff/stock", act="count", units="1", seen=seen)
    more = await staff.form(PAGE, "/staff/stock", act="count", units="4", seen="1")

    assert "2 written off" in wasted
    assert "as it was" in same
    assert f"1 counted, {before - 3} fewer" in fewer
    assert "4 counted, 3 more" in more


async def test_a_count_below_what_carts_hold_is_told(harness: HttpHarness) -> None:
    staff = await grace(harness)
    await harness.set_product(MILK, stock=5)
    await harness.database.write(hold_milk, 3)

    said = await staff.form(PAGE, "/staff/stock", act="count", units="1", seen="5")

    assert "Carts hold 2 more than there are" in said


async def test_the_log_has_orders_by_number_and_can_be_saved(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    await order(ada, await wanted(ada))
    staff = await grace(harness)

    page = await text(await staff.get(f"/staff/stock-log?sku={MILK}"))
    assert "ordered" in page
    assert f"Only {MILK}" in page
    file = await staff.get(f"/staff/stock-log.csv?sku={MILK}")
    rows = (await file.get_data(as_text=True)).splitlines()
    assert file.content_type == "text/csv; charset=utf-8"
    assert rows[0] == "time,sku,name,unit,kind,units,stock,best_before,reason,by,order"
    assert ",ordered,-" in rows[-1]


async def test_the_log_of_a_day_has_only_that_day(harness: HttpHarness) -> None:
    staff = await grace(harness)
    await staff.post(PAGE, {"act": "receive", "units": "2"})

    assert "No stock has changed" in await text(await staff.get("/staff/stock-log?day=2001-01-01"))
    assert "received" in await text(await staff.get("/staff/stock-log?day=never"))
    assert (await staff.get("/staff/stock-log?day=9999-12-31")).status_code == 404
    assert (await staff.get("/staff/stock-log?sku=A%20B")).status_code == 404
    assert (await staff.get("/staff/stock-log?page=9")).status_code == 404


async def test_what_is_low_is_listed(harness: HttpHarness) -> None:
    staff = await grace(harness)
    await give_barcode(staff, harness)
    await harness.set_product(MILK, stock=7)

    low, _ = await harness.database.read(list_low)
    assert MILK in {product.sku for product in low}
    assert f'href="{PAGE}"' in await (await staff.get("/staff/stock")).get_data(as_text=True)


@pytest.mark.parametrize(
    ("code", "fault"), [("123", "8, 12 or 13"), ("5000128104518", "last digit")]
)
async def test_a_wrong_barcode_is_refused(harness: HttpHarness, code: str, fault: str) -> None:
    staff = await grace(harness)
    form = {"version": "0", "barcode": code, "reason": "Scanned"}

    answer = await staff.post(f"/staff/products/{MILK}", form)

    assert answer.status_code == 400
    assert fault in await text(answer)


async def test_only_the_page_of_codes_may_use_the_camera(harness: HttpHarness) -> None:
    staff = await grace(harness)
    found = await staff.get("/staff/stock")
    other = await staff.get(PAGE)

    assert found.headers["Permissions-Policy"].startswith("camera=(self), ")
    assert other.headers["Permissions-Policy"].startswith("camera=(), ")


async def test_stock_is_for_staff(harness: HttpHarness) -> None:
    ada = await harness.ada()

    for path in ("/staff/stock", PAGE, "/staff/stock-log", "/staff/stock-log.csv"):
        assert (await ada.get(path)).status_code == 404
    staff = await grace(harness)
    assert (await staff.get("/staff/stock/ghost")).status_code == 404


async def test_a_busy_shop_keeps_what_was_typed(harness: HttpHarness) -> None:
    staff, before = await grace(harness), await stock_of(harness)
    harness.database.writes_fail = True

    answer = await staff.post(PAGE, {"act": "receive", "units": "12", "reason": "Two crates"})

    assert answer.status_code == 503
    assert "Two crates" in await answer.get_data(as_text=True)
    assert await stock_of(harness) == before


async def test_what_is_near_its_date_is_listed_with_what_is_past_it(harness: HttpHarness) -> None:
    staff = await grace(harness)
    assert "Nothing comes near its date." in await text(await staff.get("/staff/stock-dates"))
    today = datetime.fromtimestamp(harness.clock.now_s(), UTC).date()
    for days, units in ((-1, "4"), (5, "3"), (20, "2")):
        day = f"{today + timedelta(days=days)}"
        await staff.form(PAGE, "/staff/stock", act="receive", units=units, best_before=day)

    week = await text(await staff.get("/staff/stock-dates?days=x"))
    month = await text(await staff.get("/staff/stock-dates?days=30"))

    assert [found in week for found in ("Past its date", "4 left", "3 left", "2 left")] == [
        True,
        True,
        True,
        False,
    ]
    assert "2 left" in month
