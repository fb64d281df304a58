"""The shelf on disk, and what has moved since."""

import pytest
from sqlalchemy import Connection, Engine

from app.domain.catalog import Money, Shelf, Sku
from app.store.catalog import Moves, load_categories, load_moves, move
from app.store.database import Database, ask
from app.store.engines import connect
from app.store.seed import seed
from tests.staff import set_product

pytestmark = pytest.mark.on_both

APPLES, PLUMS = Sku("gala-apples-1kg"), Sku("plums-500g")


@pytest.fixture
def stocked(engine: Engine) -> Moves:
    """Fill the shelf, and return what is on it."""
    ask(engine, seed)
    return ask(engine, load_moves, -1)


def two_skus(stocked: Moves) -> tuple[Sku, Sku]:
    """Return two products that the shop sells."""
    first, second, *_ = stocked.shelf.products
    return first, second


def test_an_empty_shop_sells_nothing(engine: Engine) -> None:
    assert ask(engine, load_moves, -1) == Moves(0, Shelf({}, {}))
    assert ask(engine, load_categories) == ()


def test_a_shelf_that_was_never_seen_comes_whole(stocked: Moves) -> None:
    assert len(stocked.shelf.products) >= 120
    assert len(stocked.shelf.vouchers) == 3
    assert stocked.moved == 1


def test_nothing_comes_when_nothing_moved(stocked: Moves, engine: Engine) -> None:
    assert ask(engine, load_moves, stocked.moved) == Moves(stocked.moved, Shelf({}, {}))


def test_what_a_command_sets_is_seen_by_the_server(
    stocked: Moves, engine: Engine, url: str
) -> None:
    sku, _ = two_skus(stocked)
    command = connect(url)

    answer = ask(command, set_product, sku, Money(1234), 7)
    moves = ask(engine, load_moves, stocked.moved)

    assert moves.moved == stocked.moved + 1
    assert moves.shelf.products == {sku: answer}
    assert (answer.price, answer.stock) == (1234, 7)
    command.dispose()


def test_only_what_is_set_moves(stocked: Moves, engine: Engine) -> None:
    sku, other = two_skus(stocked)
    before = stocked.shelf.products[sku]

    priced = ask(engine, set_product, sku, Money(1234), None)
    counted = ask(engine, set_product, sku, None, 0)
    shelf = ask(engine, load_moves, -1).shelf

    assert (priced.price, priced.stock) == (1234, before.stock)
    assert (counted.price, counted.stock) == (1234, 0)
    assert shelf.products[other] == stocked.shelf.products[other]


def test_moves_come_together_and_each_product_once(stocked: Moves, engine: Engine) -> None:
    first, second = two_skus(stocked)
    for sku, stock in ((second, 1), (first, 2), (second, 3)):
        ask(engine, set_product, sku, None, stock)

    moves = ask(engine, load_moves, stocked.moved)

    assert moves.moved == stocked.moved + 3
    assert [(sku, one.stock) for sku, one in moves.shelf.products.items()] == [
        (first, 2),
        (second, 3),
    ]


def test_vouchers_come_with_every_move(stocked: Moves, engine: Engine) -> None:
    ask(engine, set_product, two_skus(stocked)[0], None, 1)

    assert ask(engine, load_moves, stocked.moved).shelf.vouchers == stocked.shelf.vouchers


async def test_a_move_that_is_not_committed_is_not_seen(stocked: Moves, database: Database) -> None:
    def move_and_fail(connection: Connection) -> None:
        move(connection)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(move_and_fail)

    assert (await database.read(load_moves, stocked.moved)).moved == stocked.moved
