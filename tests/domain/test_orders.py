"""The states of an order, and its number."""

import pytest

from app.domain.orders import NUMBERS, OrderState, format_number, may_become, read_number

ALLOWED = {
    ("awaiting_payment", "cancelled"),
    ("placed", "packed"),
    ("placed", "cancelled"),
    ("packed", "on_the_way"),
    ("packed", "cancelled"),
    ("on_the_way", "delivered"),
    ("on_the_way", "cancelled"),
}


@pytest.mark.parametrize("state", OrderState)
@pytest.mark.parametrize("wanted", OrderState)
def test_an_order_advances_by_one_state_or_is_cancelled_before_delivery(
    state: OrderState, wanted: OrderState
) -> None:
    assert may_become(state, wanted) == ((state, wanted) in ALLOWED)


def test_an_order_number_has_two_groups_of_four_unambiguous_characters() -> None:
    number = format_number(123_456_789_012)

    assert len(number) == 9
    assert number[4] == "-"
    assert not {*number} & {*"01ILOU"}


def test_every_drawn_number_has_a_different_spelling() -> None:
    drawn = [0, 1, 29, 30, 899, 900, NUMBERS // 2, NUMBERS - 1]

    assert len({format_number(one) for one in drawn}) == len(drawn)
    assert format_number(0) == "2222-2222"
    assert format_number(NUMBERS - 1) == "ZZZZ-ZZZZ"


@pytest.mark.parametrize(
    "typed", ["7QK4-M2XD", "7qk4-m2xd", " 7QK4M2XD ", "7QK4 M2XD", "7QK4\u2013M2XD", "#7qk4-m2xd."]
)
def test_an_order_number_is_read_however_it_is_typed(typed: str) -> None:
    assert read_number(typed) == "7QK4-M2XD"


@pytest.mark.parametrize("text", ["", "7QK4", "7QK4-M2XD-2"])
def test_what_is_no_order_number_stays_as_it_is(text: str) -> None:
    assert read_number(text) == text
