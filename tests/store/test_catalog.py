"""The catalogue on disk, and its changes since a revision."""

import pytest
from sqlalchemy import Connection, Engine

from app.domain.catalog import Catalog, Money, Sku
from app.store.catalog import (
    CatalogChanges,
    increment_revision,
    load_catalog_changes,
    load_categories,
)
from app.store.database import Database
from app.store.engines import connect
from app.store.queries import run_query
from app.store.seed import seed
from tests.staff import set_product

pytestmark = pytest.mark.on_both

APPLES, PLUMS = Sku("gala-apples-1kg"), Sku("plums-500g")


@pytest.fixture
def stocked(engine: Engine) -> CatalogChanges:
    """Seed the catalogue, and return it."""
    run_query(engine, seed)
    return run_query(engine, load_catalog_changes, -1)


def two_skus(stocked: CatalogChanges) -> tuple[Sku, Sku]:
    """Return two products that the shop sells."""
    first, second, *_ = stocked.catalog.products
    return first, second


def test_an_empty_database_has_an_empty_catalogue(engine: Engine) -> None:
    assert run_query(engine, load_catalog_changes, -1) == CatalogChanges(0, Catalog({}, {}))
    assert run_query(engine, load_categories) == ()


def test_the_first_load_returns_the_whole_catalogue(stocked: CatalogChanges) -> None:
    assert len(stocked.catalog.products) >= 120
    assert len(stocked.catalog.vouchers) == 3
    assert stocked.revision == 1


def test_a_load_without_changes_returns_nothing(stocked: CatalogChanges, engine: Engine) -> None:
    assert run_query(engine, load_catalog_changes, stocked.revision) == CatalogChanges(
        stocked.revision, Catalog({}, {})
    )


def test_a_change_by_a_command_is_loaded_by_the_server(
    stocked: CatalogChanges, engine: Engine, url: str
) -> None:
    sku, _ = two_skus(stocked)
    command = connect(url)

    answer = run_query(command, set_product, sku, Money(1234), 7)
    moves = run_query(engine, load_catalog_changes, stocked.revision)

    assert moves.revision == stocked.revision + 1
    assert moves.catalog.products == {sku: answer}
    assert (answer.price, answer.stock) == (1234, 7)
    command.dispose()


def test_only_changed_products_are_loaded(stocked: CatalogChanges, engine: Engine) -> None:
    sku, other = two_skus(stocked)
    before = stocked.catalog.products[sku]

    priced = run_query(engine, set_product, sku, Money(1234), None)
    counted = run_query(engine, set_product, sku, None, 0)
    catalog = run_query(engine, load_catalog_changes, -1).catalog

    assert (priced.price, priced.stock) == (1234, before.stock)
    assert (counted.price, counted.stock) == (1234, 0)
    assert catalog.products[other] == stocked.catalog.products[other]


def test_several_changes_are_loaded_together_and_each_product_once(
    stocked: CatalogChanges, engine: Engine
) -> None:
    first, second = two_skus(stocked)
    for sku, stock in ((second, 1), (first, 2), (second, 3)):
        run_query(engine, set_product, sku, None, stock)

    moves = run_query(engine, load_catalog_changes, stocked.revision)

    assert moves.revision == stocked.revision + 3
    assert [(sku, one.stock) for sku, one in moves.catalog.products.items()] == [
        (first, 2),
        (second, 3),
    ]


def test_vouchers_are_loaded_with_every_change(stocked: CatalogChanges, engine: Engine) -> None:
    run_query(engine, set_product, two_skus(stocked)[0], None, 1)

    assert (
        run_query(engine, load_catalog_changes, stocked.revision).catalog.vouchers
        == stocked.catalog.vouchers
    )


async def test_an_uncommitted_change_is_not_loaded(
    stocked: CatalogChanges, database: Database
) -> None:
    def move_and_fail(connection: Connection) -> None:
        increment_revision(connection)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(move_and_fail)

    assert (
        await database.read(load_catalog_changes, stocked.revision)
    ).revision == stocked.revision
