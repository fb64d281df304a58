"""Imports of products that stop, meet other editors, or are sent a second time."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import Engine, update

from app.domain.catalog import Money, Product, Sku
from app.domain.edits import Edit, NotEdited
from app.domain.errors import DatabaseUnavailable
from app.services.product_fault_texts import fault_text
from app.services.product_files import SLICE, TRIES, ProductImport
from app.services.product_plan import BadRows, Plan, plan_import
from app.services.product_table import Row, table_cells
from app.store.catalog import load_catalog_changes
from app.store.product_edits import Editor, ProductValues, edit_product, edit_products, set_product
from app.store.product_log import list_edits
from app.store.queries import run_query
from app.store.tables import products
from tests.examples import APPLES, MILK, NOON, POUNDS
from tests.staff import BY_COMMAND

pytestmark = pytest.mark.on_both

EDITOR = Editor(None, "shop product import few.csv", NOON)


class Catalogue:
    """The seeded catalogue, into which rows are imported."""

    def __init__(self, engine: Engine):
        self.engine = engine
        self.away = 0
        """How many of the next writes find the database away."""
        self.batches: list[int] = []
        self.pauses: list[float] = []

    def products(self) -> dict[Sku, Product]:
        """Return the products on disk."""
        return {**run_query(self.engine, load_catalog_changes, -1).catalog.products}

    def rows(self, **cells: str) -> list[Row]:
        """Return a row of each product as exported, with other *cells*."""
        products = enumerate(self.products().values(), 2)
        exported = ((line, table_cells(one, POUNDS)) for line, one in products)
        return [
            Row(line, {name: str(text) for name, text in texts.items()} | cells, too_many=False)
            for line, texts in exported
        ]

    def sell(self, sku: Sku, qty: int) -> None:
        """Take so many of a product from stock, as an order does."""
        sold = update(products).where(products.c.sku == sku)
        with self.engine.begin() as connection:
            connection.execute(sold.values(stock=products.c.stock - qty))

    def plan(self, rows: Sequence[Row], *, sets_stock: bool = False) -> Plan:
        """Return what *rows* change."""
        images = {product.image for product in self.products().values()}
        return run_query(self.engine, plan_import, rows, images, POUNDS, sets_stock=sets_stock)

    def write(self, batch: Sequence[ProductValues]) -> Sequence[Product | NotEdited]:
        """Write a slice, unless the database is away."""
        self.batches.append(len(batch))
        if self.away:
            self.away -= 1
            raise DatabaseUnavailable
        return run_query(self.engine, edit_products, batch, EDITOR)

    def run(self, importing: ProductImport) -> None:
        """Run *importing* without waiting."""
        importing.run(self.write, self.pauses.append)


@pytest.fixture
def catalogue(engine: Engine) -> Catalogue:
    """Return the seeded catalogue."""
    return Catalogue(engine)


def test_an_import_is_written_in_slices_and_shoppers_have_the_database_in_between(
    catalogue: Catalogue,
) -> None:
    importing = ProductImport(catalogue.plan(catalogue.rows(description="New words.")))

    catalogue.run(importing)

    count = len(catalogue.products())
    assert importing.changed == sum(catalogue.batches) == count > 2 * SLICE
    assert max(catalogue.batches) == SLICE
    assert len(catalogue.pauses) == len(catalogue.batches) - 1
    assert min(catalogue.pauses) > 0


def test_an_import_that_stops_says_what_is_in_and_the_same_rows_can_be_sent_again(
    catalogue: Catalogue,
) -> None:
    rows = catalogue.rows(description="New words.")
    importing = ProductImport(catalogue.plan(rows))
    catalogue.away = 0

    def stop_after_two(batch: Sequence[ProductValues]) -> Sequence[Product | NotEdited]:
        if len(catalogue.batches) == 2:
            raise KeyboardInterrupt
        return catalogue.write(batch)

    with pytest.raises(KeyboardInterrupt):
        importing.run(stop_after_two, catalogue.pauses.append)

    assert importing.changed == 2 * SLICE
    assert importing.lines_left == [row.line for row in rows[2 * SLICE :]]

    again = ProductImport(catalogue.plan(rows))
    catalogue.run(again)

    assert again.unchanged == 2 * SLICE
    assert again.changed == len(rows) - 2 * SLICE
    assert {one.description for one in catalogue.products().values()} == {"New words."}
    assert {one.version for one in catalogue.products().values()} == {1}


def test_a_stock_that_was_set_is_not_set_again_over_what_was_sold_since(
    catalogue: Catalogue,
) -> None:
    rows = [row for row in catalogue.rows(stock="40") if row.cells["sku"] == APPLES]
    first = ProductImport(catalogue.plan(rows, sets_stock=True))
    catalogue.run(first)
    sold = replace(catalogue.products()[APPLES], stock=37)
    catalogue.sell(APPLES, 3)

    again = ProductImport(catalogue.plan(rows, sets_stock=True))
    catalogue.run(again)

    assert (first.changed, again.changed, again.unchanged) == (1, 0, 1)
    assert catalogue.products()[APPLES] == sold


def test_an_import_tries_again_while_the_database_is_away_and_stops_if_it_stays_so(
    catalogue: Catalogue,
) -> None:
    importing = ProductImport(catalogue.plan(catalogue.rows(description="New words.")))
    catalogue.away = TRIES

    with pytest.raises(DatabaseUnavailable):
        catalogue.run(importing)

    assert importing.changed == 0

    catalogue.away = TRIES - 1
    catalogue.run(importing)

    assert importing.changed == len(catalogue.products())


def test_a_product_that_staff_edit_during_the_import_is_refused_and_the_others_are_in(
    catalogue: Catalogue,
) -> None:
    importing = ProductImport(catalogue.plan(catalogue.rows(description="New words.")))
    edit = Edit(MILK, 0, price=Money(999))
    run_query(catalogue.engine, edit_product, edit, BY_COMMAND)

    catalogue.run(importing)

    ((_, fault),) = importing.refused
    text = f"“{MILK}” was edited while this file was imported; export again."
    assert (fault.column, fault_text(fault)) == ("version", text)
    assert importing.changed == len(catalogue.products()) - 1
    assert catalogue.products()[MILK].description != "New words."


def test_what_is_sold_during_an_import_stays_sold(catalogue: Catalogue) -> None:
    importing = ProductImport(catalogue.plan(catalogue.rows(description="New words.")))
    stock = catalogue.products()[MILK].stock
    catalogue.sell(MILK, 1)

    catalogue.run(importing)

    assert catalogue.products()[MILK].stock == stock - 1


def test_an_edit_that_was_made_since_the_export_is_not_undone(catalogue: Catalogue) -> None:
    rows = catalogue.rows(description="New words.")
    run_query(catalogue.engine, set_product, MILK, {"price": Money(999)}, BY_COMMAND)

    with pytest.raises(BadRows) as raised:
        catalogue.plan(rows)

    ((_, fault),) = raised.value.faults
    assert fault.column == "version"
    assert len(run_query(catalogue.engine, list_edits, None, 1).entries) == 1


@pytest.mark.parametrize("other", ["1.01", "1.02"], ids=["the same file", "another file"])
def test_two_imports_at_once_change_each_product_once_and_say_whose_was_late(
    catalogue: Catalogue, other: str
) -> None:
    first, second = (
        ProductImport(catalogue.plan(catalogue.rows(price=price))) for price in ("1.01", other)
    )
    versions = {sku: product.version for sku, product in catalogue.products().items()}
    begun: list[float] = []

    def pause(_: float) -> None:
        if not begun:
            begun.append(1)
            second.run(catalogue.write, lambda _: None)

    first.run(catalogue.write, pause)

    after = catalogue.products()
    assert {product.price for product in after.values()} == {101, int(other[2:]) + 100}
    assert all(product.version <= versions[sku] + 1 for sku, product in after.items())
    late = [*first.refused, *second.refused]
    assert first.changed + second.changed + first.unchanged + second.unchanged + len(late) == (
        2 * len(after)
    )
    assert bool(late) == (other != "1.01")
    again = ProductImport(catalogue.plan(catalogue.rows(price=other)))
    again.run(catalogue.write, lambda _: None)
    assert {product.price for product in catalogue.products().values()} == {int(other[2:]) + 100}
