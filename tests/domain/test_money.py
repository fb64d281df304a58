"""Amounts of money as text."""

import pytest

from app.domain.catalog import Money
from app.domain.money import DEAREST, plain_pounds, pounds, read_pounds


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (0, "£0.00"),
        (5, "£0.05"),
        (220, "£2.20"),
        (-220, "-£2.20"),
        (-5, "-£0.05"),
        (123456, "£1,234.56"),
    ],
)
def test_money_is_formatted_for_people(amount: int, written: str) -> None:
    assert pounds(amount) == written


@pytest.mark.parametrize(
    ("text", "amount"),
    [("2.20", 220), (" £2.2 ", 220), ("3", 300), ("0.01", 1), ("99999.99", DEAREST)],
)
def test_a_typed_price_is_parsed(text: str, amount: int) -> None:
    assert read_pounds(text) == amount


@pytest.mark.parametrize(
    "text", ["", "free", "0", "-1", "2.205", "2,20", "NaN", "Infinity", "1e9", "100000"]
)
def test_other_text_is_not_parsed_as_a_price(text: str) -> None:
    assert read_pounds(text) is None


@pytest.mark.parametrize("amount", [1, 99, 220, 123456, DEAREST])
def test_a_plain_price_is_parsed_back_unchanged(amount: int) -> None:
    assert read_pounds(plain_pounds(Money(amount))) == amount
