"""Product edits on disk: applied, refused and logged."""

from dataclasses import asdict, replace

import pytest
from sqlalchemy import Engine

from app.domain.catalog import Money, Product, Sku
from app.domain.edits import Edit, NotEdited
from app.store import product_log
from app.store.catalog import load_catalog_changes
from app.store.product_edits import (
    Editor,
    ProductValues,
    add_product,
    edit_product,
    edit_products,
    find_product,
    set_product,
)
from app.store.product_log import list_edits, newest_edits
from app.store.queries import run_query
from app.store.seed import seed
from tests.examples import ADA, GHOST, NOON
from tests.staff import BY_COMMAND
from tests.store.example_people import ADA_HERSELF

pytestmark = pytest.mark.on_both

BY_ADA = Editor(ADA, "The price went up", NOON)
APPLES, MILK = Sku("gala-apples-1kg"), Sku("milk-2l")


@pytest.fixture
def apples(engine: Engine) -> Product:
    """Seed the catalogue, and return the apples."""
    run_query(engine, seed)
    return run_query(engine, load_catalog_changes, -1).catalog.products[APPLES]


def on_disk(engine: Engine, sku: Sku = APPLES) -> Product:
    """Return a product that exists."""
    product = run_query(engine, find_product, sku)
    assert product
    return product


def test_an_edit_changes_the_product_and_its_version_and_is_logged_with_editor_and_reason(
    engine: Engine, apples: Product
) -> None:
    edit = Edit(APPLES, apples.version, price=Money(240), stock_by=-2, sold=False)
    moved = run_query(engine, load_catalog_changes, -1).revision

    done = run_query(engine, edit_product, edit, BY_ADA)

    after = replace(apples, price=Money(240), stock=apples.stock - 2, sold=False, version=1)
    assert done == on_disk(engine) == after
    assert run_query(engine, load_catalog_changes, moved).catalog.products == {APPLES: after}
    ((entry,), next_page) = run_query(engine, list_edits, None, 1)
    assert (entry.sku, entry.product, entry.version) == (APPLES, apples.name, 1)
    assert (entry.by, entry.at_s, entry.reason) == (ADA_HERSELF.name, NOON, BY_ADA.reason)
    assert entry.changes == {
        "price": (apples.price, 240),
        "stock": (apples.stock, apples.stock - 2),
        "sold": (True, False),
    }
    assert next_page is None


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (Edit(APPLES, 1, price=Money(240)), NotEdited.MOVED),
        (Edit(APPLES, 0, stock_by=-1_000_000), NotEdited.TOO_FEW),
        (Edit(APPLES, 0), NotEdited.SAME),
        (Edit(GHOST, 0, price=Money(240)), NotEdited.UNKNOWN),
    ],
)
def test_a_refused_edit_changes_nothing_and_is_not_logged(
    engine: Engine, apples: Product, edit: Edit, why: NotEdited
) -> None:
    assert run_query(engine, edit_product, edit, BY_ADA) is why

    assert on_disk(engine) == apples
    assert run_query(engine, list_edits, None, 1).entries == []


def test_the_second_of_two_edits_of_the_same_version_is_refused(
    engine: Engine, apples: Product
) -> None:
    run_query(engine, edit_product, Edit(APPLES, apples.version, price=Money(240)), BY_ADA)

    late = run_query(engine, edit_product, Edit(APPLES, apples.version, price=Money(250)), BY_ADA)

    assert late is NotEdited.MOVED
    assert on_disk(engine).price == 240


def test_a_command_sets_fields_of_any_version_and_is_logged_without_an_account(
    engine: Engine, apples: Product
) -> None:
    run_query(engine, set_product, APPLES, {"price": Money(240), "stock": 7}, BY_COMMAND)
    run_query(engine, set_product, APPLES, {"stock": 8}, BY_COMMAND)
    again = run_query(engine, set_product, APPLES, {"price": Money(240)}, BY_COMMAND)

    assert again is NotEdited.SAME
    assert on_disk(engine) == replace(apples, price=Money(240), stock=8, version=2)
    newest, oldest = run_query(engine, list_edits, APPLES, 1).entries
    assert (newest.by, newest.version, newest.changes) == ("", 2, {"stock": (7, 8)})
    assert oldest.version == 1


def test_a_new_product_is_added_once_as_the_last_of_the_catalogue(
    engine: Engine, apples: Product
) -> None:
    new = replace(apples, sku=GHOST, name="A ghost")

    added = run_query(engine, add_product, new, BY_ADA)
    twice = run_query(engine, add_product, new, BY_ADA)

    assert (added, twice) == (replace(new, version=1), NotEdited.MOVED)
    assert [*run_query(engine, load_catalog_changes, -1).catalog.products][-1] == GHOST
    (entry,) = run_query(engine, list_edits, GHOST, 1).entries
    assert entry.changes["name"] == (None, "A ghost")


def test_a_batch_changes_adds_and_refuses_each_product_by_itself(
    engine: Engine, apples: Product
) -> None:
    new = {name: value for name, value in asdict(apples).items() if name not in {"sku", "version"}}
    batch = [
        ProductValues(APPLES, 0, {"name": "Apples", "grams": 900}),
        ProductValues(MILK, 7, {"name": "Milk"}),
        ProductValues(GHOST, None, new),
        ProductValues(Sku("not-there"), 0, {"name": "Nothing"}),
    ]

    done = run_query(engine, edit_products, batch, BY_ADA)
    again = run_query(engine, edit_products, batch, BY_ADA)

    changed = replace(apples, name="Apples", grams=900, version=1)
    added = replace(apples, sku=GHOST, version=1)
    refused = [NotEdited.MOVED, NotEdited.UNKNOWN]
    assert done == [changed, refused[0], added, refused[1]]
    assert again == [NotEdited.SAME, refused[0], NotEdited.SAME, refused[1]]
    assert (on_disk(engine), on_disk(engine, GHOST)) == (changed, added)
    assert [*run_query(engine, load_catalog_changes, -1).catalog.products][-1] == GHOST
    assert {entry.sku for entry in run_query(engine, list_edits, None, 1).entries} == {
        APPLES,
        GHOST,
    }


@pytest.mark.usefixtures("apples")
def test_the_audit_log_is_listed_by_product_newest_first_in_pages(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(product_log, "PAGE_SIZE", 2)
    for stock in (1, 2, 3):
        run_query(engine, set_product, APPLES, {"stock": stock}, BY_COMMAND)
    run_query(engine, set_product, MILK, {"stock": 1}, BY_COMMAND)

    first = run_query(engine, list_edits, None, 1)
    assert first.next_page
    second = run_query(engine, list_edits, None, first.next_page)
    assert run_query(engine, list_edits, None, 2) == second
    newest = run_query(engine, newest_edits, [APPLES, MILK, GHOST])

    assert [(one.sku, one.version) for one in first.entries] == [(MILK, 1), (APPLES, 3)]
    assert second.next_page is None
    assert [one.version for one in second.entries] == [2, 1]
    assert {sku: one.version for sku, one in newest.items()} == {APPLES: 3, MILK: 1}
