"""The states of an order, and its number."""

import pytest

from app.domain.orders import NUMBERS, OrderState, format_number, may_become

ALLOWED = {
    ("placed", "packed"),
    ("placed", "cancelled"),
    ("packed", "on_the_way"),
    ("packed", "cancelled"),
    ("on_the_way", "delivered"),
    ("on_the_way", "cancelled"),
}


@pytest.mark.parametrize("state", OrderState)
@pytest.mark.parametrize("wanted", OrderState)
def test_an_order_goes_on_by_one_step_or_is_cancelled_before_it_is_delivered(
    state: OrderState, wanted: OrderState
) -> None:
    assert may_become(state, wanted) == ((state, wanted) in ALLOWED)


def test_a_number_is_two_times_four_letters_that_nobody_mistakes() -> None:
    number = format_number(123_456_789_012)

    assert len(number) == 9
    assert number[4] == "-"
    assert not {*number} & {*"01ILOU"}


def test_every_number_that_is_drawn_is_spelled_in_its_own_way() -> None:
    drawn = [0, 1, 29, 30, 899, 900, NUMBERS // 2, NUMBERS - 1]

    assert len({format_number(one) for one in drawn}) == len(drawn)
    assert format_number(0) == "2222-2222"
    assert format_number(NUMBERS - 1) == "ZZZZ-ZZZZ"
