"""The stock that shoppers see."""

import pytest

from app.domain.catalog import public_stock
from tests.examples import MILK, product


@pytest.mark.parametrize(
    ("stock", "shown_stock"), [(0, 0), (1, 1), (10, 10), (11, None), (99, None)]
)
def test_stock_is_told_exactly_up_to_ten(stock: int, shown_stock: int | None) -> None:
    assert public_stock(stock) == shown_stock


def test_all_there_is_can_be_had() -> None:
    assert product(MILK, "Milk", 145, stock=5).available == 5


def test_of_what_is_no_longer_sold_nothing_can_be_had() -> None:
    assert product(MILK, "Milk", 145, stock=5, sold=False).available == 0
