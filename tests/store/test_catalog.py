"""The shelf on disk, and what has moved since."""

import pytest
from sqlalchemy import Connection, Engine

from app.domain.catalog import Catalog, Money, Sku
from app.store.catalog import (
    CatalogChanges,
    increment_revision,
    load_catalog_changes,
    load_categories,
)
from app.store.database import Database, run_query
from app.store.engines import connect
from app.store.seed import seed
from tests.staff import set_product

pytestmark = pytest.mark.on_both

APPLES, PLUMS = Sku("gala-apples-1kg"), Sku("plums-500g")


@pytest.fixture
def stocked(engine: Engine) -> CatalogChanges:
    """Fill the shelf, and return what is on it."""
    run_query(engine, seed)
    return run_query(engine, load_catalog_changes, -1)


def two_skus(stocked: CatalogChanges) -> tuple[Sku, Sku]:
    """Return two products that the shop sells."""
    first, second, *_ = stocked.catalog.products
    return first, second


def test_an_empty_shop_sells_nothing(engine: Engine) -> None:
    assert run_query(engine, load_catalog_changes, -1) == CatalogChanges(0, Catalog({}, {}))
    assert run_query(engine, load_categories) == ()


def test_a_shelf_that_was_never_seen_comes_whole(stocked: CatalogChanges) -> None:
    assert len(stocked.catalog.products) >= 120
    assert len(stocked.catalog.vouchers) == 3
    assert stocked.revision == 1


def test_nothing_comes_when_nothing_moved(stocked: CatalogChanges, engine: Engine) -> None:
    assert run_query(engine, load_catalog_changes, stocked.revision) == CatalogChanges(
        stocked.revision, Catalog({}, {})
    )


def test_what_a_command_sets_is_seen_by_the_server(
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


def test_only_what_is_set_moves(stocked: CatalogChanges, engine: Engine) -> None:
    sku, other = two_skus(stocked)
    before = stocked.catalog.products[sku]

    priced = run_query(engine, set_product, sku, Money(1234), None)
    counted = run_query(engine, set_product, sku, None, 0)
    catalog = run_query(engine, load_catalog_changes, -1).catalog

    assert (priced.price, priced.stock) == (1234, before.stock)
    assert (counted.price, counted.stock) == (1234, 0)
    assert catalog.products[other] == stocked.catalog.products[other]


def test_moves_come_together_and_each_product_once(stocked: CatalogChanges, engine: Engine) -> None:
    first, second = two_skus(stocked)
    for sku, stock in ((second, 1), (first, 2), (second, 3)):
        run_query(engine, set_product, sku, None, stock)

    moves = run_query(engine, load_catalog_changes, stocked.revision)

    assert moves.revision == stocked.revision + 3
    assert [(sku, one.stock) for sku, one in moves.catalog.products.items()] == [
        (first, 2),
        (second, 3),
    ]


def test_vouchers_come_with_every_move(stocked: CatalogChanges, engine: Engine) -> None:
    run_query(engine, set_product, two_skus(stocked)[0], None, 1)

    assert (
        run_query(engine, load_catalog_changes, stocked.revision).catalog.vouchers
        == stocked.catalog.vouchers
    )


async def test_a_move_that_is_not_committed_is_not_seen(
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
