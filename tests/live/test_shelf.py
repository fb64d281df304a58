"""Today's prices and stock."""

from app.domain.shelf import Shelf
from app.live.shelf import LiveShelf
from app.protocol.messages import Item
from tests.examples import APPLES, CIDER, EGGS, GHOST, MILK, SHELF, TENTH, shelf_of, shelf_with


def shelf_today() -> LiveShelf:
    """Return the examples' shelf, as the disk tells of it at first."""
    shelf = LiveShelf()
    assert shelf.update(1, SHELF) == frozenset(SHELF.products)
    return shelf


def test_a_shelf_that_was_never_filled_asks_for_everything() -> None:
    assert LiveShelf().moved == -1


def test_what_moved_replaces_what_was_there_and_the_rest_stays() -> None:
    shelf = shelf_today()
    moved = shelf_with(MILK, price=160).products[MILK]

    assert shelf.update(2, Shelf({MILK: moved}, SHELF.vouchers)) == frozenset({MILK})

    assert shelf.moved == 2
    assert shelf.today.products == {**SHELF.products, MILK: moved}


def test_vouchers_are_always_told_whole() -> None:
    shelf = shelf_today()

    shelf.update(2, Shelf({}, {TENTH: SHELF.vouchers[TENTH]}))

    assert [*shelf.today.vouchers] == [TENTH]


def test_whoever_holds_on_to_a_shelf_does_not_see_it_change() -> None:
    shelf = shelf_today()
    before = shelf.today

    shelf.update(2, shelf_of(shelf_with(MILK, price=160).products[MILK]))

    assert before == SHELF


def test_items_are_told_in_order_and_the_stock_only_as_exactly_as_it_may_be() -> None:
    items = shelf_today().items(frozenset({MILK, GHOST, APPLES, EGGS, CIDER}))

    assert [(item.sku, item.stock) for item in items] == [
        (CIDER, 0),
        (EGGS, 0),
        (APPLES, None),
        (MILK, 5),
    ]
    assert items[-1] == Item(MILK, SHELF.products[MILK].price, 5)
