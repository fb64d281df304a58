"""Why a total has changed since a page was shown."""

import pytest

from app.http.orders.totals_diff import differences, read_seen, signed

NAMES = {"milk-2l": "Milk", "eggs-6": "Eggs"}


@pytest.mark.usefixtures("in_pounds")
def test_only_parts_that_changed_are_named() -> None:
    before = {"milk-2l": 420, "eggs-6": 215, "Delivery": 350, "Discount": 0}
    now = {"milk-2l": 470, "Delivery": 0, "Discount": -47}

    assert differences(before, now, NAMES) == [
        "Milk +£0.50",
        "Eggs \N{MINUS SIGN}£2.15",
        "Delivery \N{MINUS SIGN}£3.50",
        "Discount \N{MINUS SIGN}£0.47",
    ]


@pytest.mark.usefixtures("in_pounds")
@pytest.mark.parametrize(
    ("amount", "text"), [(99, "+£0.99"), (100, "+£1.00"), (-123456, "\N{MINUS SIGN}£1,234.56")]
)
def test_an_amount_has_its_sign(amount: int, text: str) -> None:
    assert signed(amount) == text


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a":1.5}', '{"a":true}', '{"a":9999999999999}'])
def test_malformed_parts_are_ignored(text: str) -> None:
    assert read_seen(text) is None
