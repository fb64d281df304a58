"""What moves stock by how much, and what is refused."""

from dataclasses import replace

import pytest

from app.domain.edits import MOST_STOCK
from app.domain.stock import NotMoved, StockAct, StockChange, lacking, moved_by
from tests.examples import CATALOG, MILK

BOTTLE = replace(CATALOG.products[MILK], stock=5)
RECEIVE, WASTE, COUNT = StockAct


@pytest.mark.parametrize(
    ("act", "units", "by"),
    [
        (RECEIVE, 12, 12),
        (RECEIVE, MOST_STOCK - 5, MOST_STOCK - 5),
        (RECEIVE, MOST_STOCK - 4, NotMoved.TOO_MANY),
        (RECEIVE, 0, NotMoved.NONE),
        (WASTE, 2, -2),
        (WASTE, 5, -5),
        (WASTE, 6, NotMoved.TOO_FEW),
        (WASTE, 0, NotMoved.NONE),
        (COUNT, 7, 2),
        (COUNT, 5, 0),
        (COUNT, 0, -5),
    ],
)
def test_stock_never_becomes_negative_or_too_much(
    act: StockAct, units: int, by: int | NotMoved
) -> None:
    assert moved_by(BOTTLE, StockChange(MILK, act, units)) == by


def test_a_count_is_refused_if_the_stock_has_changed_since_it_was_shown() -> None:
    assert moved_by(BOTTLE, StockChange(MILK, COUNT, 4, seen=5)) == -1
    assert moved_by(BOTTLE, StockChange(MILK, COUNT, 4, seen=6)) is NotMoved.MOVED
    assert moved_by(BOTTLE, StockChange(MILK, RECEIVE, 4, seen=6)) == 4


@pytest.mark.parametrize(("on_hold", "missing"), [(0, 0), (5, 0), (7, 2)])
def test_units_that_carts_hold_may_not_be_there(on_hold: int, missing: int) -> None:
    assert lacking(replace(BOTTLE, on_hold=on_hold)) == missing
