"""Whether a client waits when it is told to, by itself."""

import pytest

from app.domain.verdicts import RetryCode, RetryLater
from app.ws.retry_gate import STRIKES_FOR_S, RetryGate, TooEarly

TOO_FAST = RetryLater(4, RetryCode.RATE, 400)
BUSY = RetryLater(4, RetryCode.BUSY, 1000)


def holding(later: RetryLater) -> RetryGate:
    """Return the patience with somebody who was told to come *later*, at 0."""
    gate = RetryGate()
    gate.hold(later, 0.0)
    return gate


def test_who_was_told_nothing_is_let_in() -> None:
    assert RetryGate().lets_in(1, 0, 0.0)


@pytest.mark.parametrize("later", [TOO_FAST, BUSY], ids=["rate", "busy"])
def test_what_follows_an_op_that_shall_come_later_is_held_back(later: RetryLater) -> None:
    gate = holding(later)

    assert not gate.lets_in(5, 3, 10.0)
    assert not gate.lets_in(99, 3, 10.0)


def test_what_came_before_it_is_not() -> None:
    assert holding(TOO_FAST).lets_in(3, 3, 0.0)


def test_once_it_has_come_again_the_rest_may_follow() -> None:
    gate = holding(TOO_FAST)

    assert gate.lets_in(4, 3, 0.4)
    assert gate.lets_in(5, 4, 0.4)


def test_a_repeat_of_what_came_before_holds_on_to_it() -> None:
    gate = holding(TOO_FAST)

    assert gate.lets_in(2, 3, 0.4)
    assert not gate.lets_in(5, 3, 0.4)


def test_once_it_is_settled_another_way_the_rest_may_follow() -> None:
    gate = holding(TOO_FAST)

    assert gate.lets_in(5, 4, 0.0)
    assert gate.lets_in(6, 4, 0.0)


def test_the_third_time_too_early_is_once_too_often() -> None:
    gate = RetryGate()
    for at_s in (0.0, 1.0):
        gate.hold(TOO_FAST, at_s)
        assert gate.lets_in(4, 3, at_s + 0.399)
    gate.hold(TOO_FAST, 2.0)

    with pytest.raises(TooEarly):
        gate.lets_in(4, 3, 2.399)


def test_going_on_after_it_was_settled_another_way_is_not_too_early() -> None:
    gate = RetryGate()
    for at_s in range(10):
        gate.hold(TOO_FAST, at_s)

        assert gate.lets_in(5, 4, at_s)


def test_in_time_is_not_too_early() -> None:
    gate = RetryGate()
    for at_s in range(10):
        gate.hold(TOO_FAST, at_s)

        assert gate.lets_in(4, 3, at_s + 0.4)


def test_too_early_is_forgotten_after_a_minute() -> None:
    gate = RetryGate()
    for at_s in (0.0, 1.0, STRIKES_FOR_S):
        gate.hold(TOO_FAST, at_s)
        assert gate.lets_in(4, 3, at_s)

    gate.hold(TOO_FAST, STRIKES_FOR_S + 0.9)
    with pytest.raises(TooEarly):
        gate.lets_in(4, 3, STRIKES_FOR_S + 0.9)


def test_coming_early_to_a_busy_shop_is_no_strike() -> None:
    gate = RetryGate()
    for _ in range(10):
        gate.hold(BUSY, 0.0)

        assert gate.lets_in(4, 3, 0.0)
