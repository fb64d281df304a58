"""Stock on disk: each change is in the log, whose sum is the stock, and serves who waits."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, select, update

from app.domain.barcodes import Barcode
from app.domain.catalog import HoldRule, Sku
from app.domain.edits import Edit, NotEdited
from app.domain.ops import SetLine
from app.domain.orders import CancelOrder, OrderKey, OrderNumber, PlaceOrder
from app.domain.paging import After
from app.domain.stock import MovementKind, NotMoved, StockAct, StockChange
from app.domain.waitlist import Joined
from app.store.best_before import DatedStock, list_dated
from app.store.catalog import load_catalog_changes
from app.store.movements import (
    Filter,
    MovementEntry,
    export_movements,
    list_movements,
    sum_movements,
)
from app.store.order_changes import apply_order_change
from app.store.product_edits import (
    Editor,
    ProductValues,
    edit_product,
    edit_products,
    find_product,
    set_product,
)
from app.store.seed import seed
from app.store.stock import Moved, find_by_code, list_low, move_stock
from app.store.tables import products, waitlist
from app.store.waitlist import join_waitlist
from tests.buying import placed
from tests.examples import ADA, NOON, after
from tests.staff import BY_COMMAND

pytestmark = pytest.mark.on_both

MILK, BREAD = Sku("milk-2l"), Sku("farmhouse-loaf-800g")
BARCODE = Barcode("5000128104517")
BY_ADA = Editor(ADA, "New delivery", NOON)
RECEIVE, WASTE, COUNT = StockAct
TODAY = date(2026, 12, 1)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """Return a connection to a seeded shop with ten milk."""
    with engine.connect() as connection:
        seed(connection, now_s=NOON)
        set_product(connection, MILK, {"stock": 10}, BY_COMMAND)
        yield connection


def move(connection: Connection, act: StockAct, units: int, **more: Any) -> Moved | NotMoved:
    """Move the stock of milk."""
    return move_stock(connection, StockChange(MILK, act, units, **more), BY_ADA)


def newest(connection: Connection) -> MovementEntry:
    """Return the newest movement of milk."""
    return list_movements(connection, Filter(MILK), 1).entries[0]


def ordered_milk(connection: Connection, qty: int) -> PlaceOrder:
    """Return the change by which Ada orders so many milk."""
    catalog = load_catalog_changes(connection, -1).catalog
    cart = after(SetLine(MILK, qty), catalog=catalog)
    number = f"2222-{len(export_movements(connection, Filter(MILK))):04}"
    return placed(cart, catalog, number=OrderNumber(number), key=OrderKey(number)).change


def stocks(connection: Connection) -> dict[str, int]:
    """Return the stock of each product."""
    rows = connection.execute(select(products.c.sku, products.c.stock))
    return {row.sku: row.stock for row in rows}


def test_goods_that_are_received_are_added_and_in_the_log(connection: Connection) -> None:
    done = move(connection, RECEIVE, 12, best_before=date(2027, 1, 31))

    assert isinstance(done, Moved)
    assert (done.units, done.product.stock, done.product.version) == (12, 22, 1)
    entry = newest(connection)
    assert (entry.kind, entry.units, entry.stock) == (MovementKind.RECEIVED, 12, 22)
    assert (entry.by, entry.reason, entry.best_before) == ("Ada", "New delivery", "2027-01-31")


def test_more_than_there_is_cannot_be_wasted(connection: Connection) -> None:
    before = newest(connection)

    assert move(connection, WASTE, 11) is NotMoved.TOO_FEW
    assert newest(connection) == before
    assert isinstance(move(connection, WASTE, 10), Moved)
    assert (newest(connection).units, newest(connection).stock) == (-10, 0)


def test_a_count_that_agrees_is_in_the_log_too(connection: Connection) -> None:
    move(connection, COUNT, 10, seen=10)

    assert (newest(connection).kind, newest(connection).units) == (MovementKind.COUNTED, 0)
    assert move(connection, COUNT, 9, seen=11) is NotMoved.MOVED


def test_what_does_not_exist_is_not_moved(connection: Connection) -> None:
    change = StockChange(Sku("ghost"), RECEIVE, 1)

    assert move_stock(connection, change, BY_ADA) is NotMoved.UNKNOWN


def test_an_order_and_its_end_are_in_the_log_with_its_number(connection: Connection) -> None:
    change = ordered_milk(connection, 3)
    apply_order_change(connection, change, NOON)
    ordered = newest(connection)
    apply_order_change(connection, CancelOrder(change.order), NOON)
    cancelled = newest(connection)

    number = change.order.number
    assert (ordered.kind, ordered.units, ordered.order) == (MovementKind.ORDERED, -3, number)
    assert (cancelled.kind, cancelled.units) == (MovementKind.CANCELLED, 3)
    assert (cancelled.stock, cancelled.order) == (10, number)


def test_who_waits_is_offered_what_is_received(connection: Connection) -> None:
    set_product(connection, MILK, {"stock": 0, "hold": HoldRule.ALWAYS}, BY_COMMAND)
    assert join_waitlist(connection, ADA, MILK, NOON) is Joined.WAITS
    connection.execute(update(waitlist).values(expires_at=NOON + 60))

    done = move(connection, RECEIVE, 2)

    assert isinstance(done, Moved)
    assert (done.product.waiting, done.product.on_hold) == (0, 1)


def test_a_page_of_the_log_begins_after_the_one_before(connection: Connection) -> None:
    everything = export_movements(connection, Filter())
    first = list_movements(connection, Filter(), 1)
    assert isinstance(first.next_page, After)
    second = list_movements(connection, Filter(), first.next_page)

    assert [*first.entries, *second.entries][:60] == [*reversed(everything)][:60]
    assert export_movements(connection, Filter(until_s=NOON)) == []
    assert len(export_movements(connection, Filter(MILK, NOON, NOON + 1))) == 2


def test_a_product_is_found_by_its_barcode_or_sku(connection: Connection) -> None:
    set_product(connection, MILK, {"barcode": BARCODE}, BY_COMMAND)

    assert find_by_code(connection, BARCODE, BARCODE) == MILK
    assert find_by_code(connection, BREAD, None) == BREAD
    assert find_by_code(connection, "96385074", Barcode("96385074")) is None


def test_two_products_never_have_the_same_barcode(connection: Connection) -> None:
    version = getattr(find_product(connection, BREAD), "version", None)
    assert version is not None
    edit_product(connection, Edit(MILK, 1, more={"barcode": BARCODE}), BY_ADA)
    taken = Edit(BREAD, version, more={"barcode": BARCODE})

    assert edit_product(connection, taken, BY_ADA) is NotEdited.TAKEN
    batch = [ProductValues(BREAD, version, {"barcode": BARCODE})]
    assert edit_products(connection, batch, BY_ADA) == [NotEdited.TAKEN]
    again = edit_product(connection, Edit(MILK, 2, stock_by=1), BY_ADA)
    assert not isinstance(again, NotEdited)
    assert again.barcode == BARCODE


def test_what_is_low_or_waited_for_is_listed_the_most_wanted_first(connection: Connection) -> None:
    connection.execute(update(products).values(stock=100))
    values: list[dict[str, Any]] = [
        {"sku": MILK, "stock": 5},
        {"sku": BREAD, "stock": 30, "low": 30},
        {"sku": "bananas-1kg", "stock": 50, "waiting": 2},
        {"sku": "lemons-each", "stock": 2, "low": 1},
        {"sku": "carrots-1kg", "stock": 0, "sold": False},
    ]
    for row in values:
        connection.execute(update(products).where(products.c.sku == row["sku"]).values(row))

    low, count = list_low(connection)

    assert [product.sku for product in low] == ["bananas-1kg", MILK, BREAD]
    assert count == 3


ACTS = st.lists(
    st.tuples(st.sampled_from(("receive", "waste", "count", "edit", "order")), st.integers(0, 9)),
    max_size=12,
)


@given(acts=ACTS)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_sum_of_the_log_is_the_stock(
    connection: Connection, acts: list[tuple[str, int]]
) -> None:
    for act, units in acts:
        product = find_product(connection, MILK)
        assert product
        if act == "edit":
            edit_product(connection, Edit(MILK, product.version, stock_by=units), BY_ADA)
        elif act == "order" and 0 < units <= product.stock:
            change = ordered_milk(connection, units)
            apply_order_change(connection, change, NOON)
            if units % 2:
                apply_order_change(connection, CancelOrder(change.order), NOON)
        elif act in {*StockAct}:
            move(connection, StockAct(act), units)

    assert sum_movements(connection) == stocks(connection)
    assert load_catalog_changes(connection, -1).catalog.products[MILK].stock >= 0
    assert newest(connection).stock == stocks(connection)[MILK]


def dated(connection: Connection, days: int = 7) -> list[tuple[int, Sku, int]]:
    """Return what `list_dated` finds: days from today, product, units."""
    found: Sequence[DatedStock] = list_dated(connection, TODAY, TODAY + timedelta(days=days))
    return [((one.best_before - TODAY).days, one.product.sku, one.units) for one in found]


def test_what_is_near_its_date_is_what_is_left_of_the_last_deliveries(
    connection: Connection,
) -> None:
    for units, days in ((5, 9), (4, -1), (3, 2), (2, 7)):
        move(connection, RECEIVE, units, best_before=TODAY + timedelta(days=days))
    move(connection, RECEIVE, 6)  # without a date
    assert dated(connection) == [(-1, MILK, 4), (2, MILK, 3), (7, MILK, 2)]
    assert dated(connection, 9)[-1] == (9, MILK, 5)

    move(connection, WASTE, 30 - 9)  # 6, 2 and 1 are left of the three last

    assert dated(connection) == [(2, MILK, 1), (7, MILK, 2)]
    move(connection, WASTE, 3)
    assert dated(connection) == []


def test_two_deliveries_with_one_date_are_one_row_and_old_dates_are_forgotten(
    connection: Connection,
) -> None:
    for units, days in ((1, 1), (2, 1), (4, -90), (8, -91)):
        move(connection, RECEIVE, units, best_before=TODAY + timedelta(days=days))

    assert dated(connection) == [(-90, MILK, 4), (1, MILK, 3)]
