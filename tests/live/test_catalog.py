"""The live catalogue: today's prices and stock."""

import gc
import weakref

from app.domain.catalog import Catalog, Product, Sku
from app.domain.ops import AddLine
from app.live.catalog import LiveCatalog
from app.protocol.messages import Item
from tests.examples import (
    APPLES,
    CATALOG,
    CIDER,
    EGGS,
    GHOST,
    MILK,
    TENTH,
    TERMS,
    catalog_of,
    catalog_with,
)
from tests.live.fakes import FakeTab
from tests.live.harness import CartHarness


class FollowedProducts(dict[Sku, Product]):
    """Products of which a weak reference tells whether they are still in memory."""


def catalog_today() -> LiveCatalog:
    """Return the examples' catalogue as a first load from disk."""
    catalog = LiveCatalog(TERMS)
    assert catalog.update(1, CATALOG) == frozenset(CATALOG.products)
    return catalog


def test_an_empty_catalogue_loads_everything() -> None:
    assert LiveCatalog(TERMS).revision == -1


def test_changed_products_are_replaced_and_the_others_stay() -> None:
    catalog = catalog_today()
    moved = catalog_with(MILK, price=160).products[MILK]

    assert catalog.update(2, Catalog({MILK: moved}, CATALOG.vouchers)) == frozenset({MILK})

    assert catalog.revision == 2
    assert catalog.today.products == {**CATALOG.products, MILK: moved}


def test_vouchers_are_always_replaced_as_a_whole() -> None:
    catalog = catalog_today()

    catalog.update(2, Catalog({}, {TENTH: CATALOG.vouchers[TENTH]}))

    assert [*catalog.today.vouchers] == [TENTH]


def test_a_catalogue_value_does_not_change_after_an_update() -> None:
    catalog = catalog_today()
    before = catalog.today

    catalog.update(2, catalog_of(catalog_with(MILK, price=160).products[MILK]))

    assert before == CATALOG


def test_items_come_in_order_and_with_the_public_stock() -> None:
    items = catalog_today().items(frozenset({MILK, GHOST, APPLES, EGGS, CIDER}))

    assert [(item.sku, item.stock) for item in items] == [
        (CIDER, 0),
        (EGGS, 0),
        (APPLES, None),
        (MILK, 5),
    ]
    assert items[-1] == Item(MILK, CATALOG.products[MILK].price, 5)


def test_no_cart_keeps_the_catalogue_in_memory_by_which_it_was_priced() -> None:
    harness, tab = CartHarness(), FakeTab()
    harness.let_in(tab)
    catalog = harness.context.catalog
    catalog.today = catalog.today._replace(products=FollowedProducts(CATALOG.products))
    followed = weakref.ref(catalog.today.products)
    tab.submits(harness.cart, 1, AddLine(APPLES, 1))
    harness.saves()

    harness.updates_catalog(catalog_with(MILK, price=160))

    gc.collect()
    assert followed() is None
