"""Amounts of money in files and in forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.currency import Currency
from app.domain.money import DEAREST, plain_amount, read_amount, read_price
from app.i18n.currencies import currency_of
from tests.examples import POUNDS

TAIWAN = currency_of("TWD", 0)
CURRENCIES = (POUNDS, TAIWAN, currency_of("TWD"), currency_of("JPY"), currency_of("BHD"))


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (0, POUNDS, "0.00"),
        (5, POUNDS, "0.05"),
        (123456, POUNDS, "1234.56"),
        (-220, POUNDS, "-2.20"),
        (120, TAIWAN, "120"),
        (120, currency_of("BHD"), "0.120"),
    ],
)
def test_an_amount_is_written_plainly(amount: int, currency: Currency, written: str) -> None:
    assert plain_amount(amount, currency) == written


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("2.20", 220),
        (" £2.2 ", 220),
        ("£ 2.20", 220),
        ("2.20 £", 220),
        ("GBP 2.20", 220),
        ("2.20gbp", 220),
        ("1,234.50", 123450),
        ("2.200", 220),
        (".5", 50),
        ("3", 300),
        ("3.", 300),
        ("0.01", 1),
        ("99999.99", DEAREST),
    ],
)
def test_a_typed_price_is_parsed(text: str, amount: int) -> None:
    assert read_price(text, POUNDS) == amount


@pytest.mark.parametrize("text", ["NT$120", "$120", "NT$ 120", "120 TWD", "120.00", "120"])
def test_a_price_is_typed_with_any_sign_of_the_shops_currency(text: str) -> None:
    assert read_price(text, TAIWAN) == 120


@pytest.mark.parametrize(
    "text",
    [
        "",
        "free",
        "0",
        "-1",
        "2.205",
        "2,20",
        "NaN",
        "Infinity",
        "1e9",
        "100000",
        "٣",
        "€2",
        "£",
        ".",
    ],
)
def test_other_text_is_not_parsed_as_a_price(text: str) -> None:
    assert read_price(text, POUNDS) is None


def test_a_currency_without_minor_units_has_no_fraction() -> None:
    assert read_price("120.5", TAIWAN) is None
    assert read_amount("0", TAIWAN) == 0


@given(st.sampled_from(CURRENCIES), st.integers(0, 10**11))
def test_a_plain_amount_is_parsed_back_unchanged(currency: Currency, amount: int) -> None:
    written = plain_amount(amount, currency)

    for typed in (
        written,
        f"{currency.code} {written}",
        *(f"{sign}{written}" for sign in currency.signs),
    ):
        assert read_amount(typed, currency) == amount
