"""The stock that shoppers see."""

import pytest

from app.domain.catalog import public_stock
from tests.examples import MILK, product


@pytest.mark.parametrize(
    ("stock", "shown_stock"), [(0, 0), (1, 1), (10, 10), (11, None), (99, None)]
)
def test_public_stock_is_exact_up_to_ten(stock: int, shown_stock: int | None) -> None:
    assert public_stock(stock) == shown_stock


def test_the_whole_stock_is_available() -> None:
    assert product(MILK, "Milk", 145, stock=5).available == 5


def test_a_discontinued_product_has_none_available() -> None:
    assert product(MILK, "Milk", 145, stock=5, sold=False).available == 0
