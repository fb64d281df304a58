"""Edits of products, and their refusal."""

from dataclasses import replace

import pytest

from app.domain.catalog import Money
from app.domain.edits import MOST_STOCK, Edit, NotEdited, changes, edited
from tests.examples import CATALOG, MILK

BOTTLE = replace(CATALOG.products[MILK], version=3, stock=5)


def test_an_edit_changes_what_it_names_and_nothing_else() -> None:
    assert edited(BOTTLE, Edit(MILK, 3, price=Money(160))) == replace(BOTTLE, price=Money(160))
    assert edited(BOTTLE, Edit(MILK, 3, stock_by=-5)) == replace(BOTTLE, stock=0)
    assert edited(BOTTLE, Edit(MILK, 3, sold=False)) == replace(BOTTLE, sold=False)


@pytest.mark.parametrize("seen", [2, 4])
def test_an_edit_of_an_outdated_version_is_refused(seen: int) -> None:
    assert edited(BOTTLE, Edit(MILK, seen, price=Money(160))) is NotEdited.MOVED


@pytest.mark.parametrize(
    ("by", "why"), [(-6, NotEdited.TOO_FEW), (MOST_STOCK - 4, NotEdited.TOO_MANY)]
)
def test_stock_cannot_become_negative_or_exceed_its_maximum(by: int, why: NotEdited) -> None:
    assert edited(BOTTLE, Edit(MILK, 3, stock_by=by)) is why


def test_stock_may_reach_its_maximum() -> None:
    full = edited(BOTTLE, Edit(MILK, 3, stock_by=MOST_STOCK - 5))

    assert full == replace(BOTTLE, stock=MOST_STOCK)


def test_changes_list_each_differing_field() -> None:
    after = replace(BOTTLE, price=Money(160), sold=False, version=4)

    assert changes(BOTTLE, after) == {"price": (145, 160), "sold": (True, False)}
    assert changes(BOTTLE, replace(BOTTLE, version=4)) == {}


def test_the_changes_of_a_new_product_have_no_old_values() -> None:
    made = changes(None, BOTTLE)

    assert made["name"] == (None, BOTTLE.name)
    assert not {"sku", "version"} & made.keys()
