"""Lines at today's price and stock (protocol.md §4, `snapshot`)."""

from typing import Any

import pytest

from app.domain.cart import Line
from app.domain.catalog import Money
from app.domain.ops import AddLine
from app.domain.totals import LineState, ShownLine, show_cart, show_line
from tests.examples import MILK, NOON, after, catalog_with, product

FOUR_MILKS = after(AddLine(MILK, 4))


def test_a_line_shows_todays_price_and_stock() -> None:
    milk = product(
        MILK, "Milk", 160, stock=5, slug="milk", unit="2 l", image="bottle", category="dairy"
    )

    assert show_line(Line(3, 4, Money(145)), milk) == ShownLine(
        sku=MILK,
        pos=3,
        qty=4,
        agreed=Money(145),
        price=Money(160),
        stock=5,
        state=LineState.PRICE_RISE,
        name="Milk",
        unit="2 l",
        slug="milk",
        image="bottle",
        category="dairy",
    )


@pytest.mark.parametrize(
    ("today", "state"),
    [
        ({}, LineState.OK),
        ({"price": 144}, LineState.OK),
        ({"price": 146}, LineState.PRICE_RISE),
        ({"stock": 4}, LineState.OK),
        ({"stock": 3}, LineState.SHORT),
        ({"stock": 0}, LineState.SOLD_OUT),
        ({"stock": -1}, LineState.SOLD_OUT),
        ({"sold": False}, LineState.GONE),
        ({"price": 146, "stock": 3}, LineState.SHORT),
        ({"price": 146, "stock": 0}, LineState.SOLD_OUT),
        ({"price": 146, "stock": 0, "sold": False}, LineState.GONE),
    ],
)
def test_the_gravest_of_several_line_states_is_shown(
    today: dict[str, Any], state: LineState
) -> None:
    assert show_cart(FOUR_MILKS, catalog_with(MILK, **today), NOON).lines[0].state is state


@pytest.mark.parametrize(
    ("today", "stock"),
    [
        ({"stock": 0}, 0),
        ({"stock": 10}, 10),
        ({"stock": 11}, None),
        ({"stock": 5, "sold": False}, 0),
        ({"stock": 500, "sold": False}, 0),
    ],
)
def test_the_stock_of_a_line_is_exact_up_to_ten(today: dict[str, Any], stock: int | None) -> None:
    assert show_cart(FOUR_MILKS, catalog_with(MILK, **today), NOON).lines[0].stock == stock
