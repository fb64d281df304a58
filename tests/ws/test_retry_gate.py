"""Whether a client waits for its `retry_ms`."""

import pytest

from app.domain.verdicts import RetryCode, RetryLater
from app.ws.retry_gate import STRIKES_FOR_S, RetryGate, TooEarly

TOO_FAST = RetryLater(4, RetryCode.RATE, 400)
BUSY = RetryLater(4, RetryCode.BUSY, 1000)


def holding(later: RetryLater) -> RetryGate:
    """Return a gate that deferred an op by *later* at time 0."""
    gate = RetryGate()
    gate.hold(later, 0.0)
    return gate


def test_every_op_passes_if_none_is_deferred() -> None:
    assert RetryGate().lets_in(1, 0, 0.0)


@pytest.mark.parametrize("later", [TOO_FAST, BUSY], ids=["rate", "busy"])
def test_ops_after_a_deferred_one_are_held_back(later: RetryLater) -> None:
    gate = holding(later)

    assert not gate.lets_in(5, 3, 10.0)
    assert not gate.lets_in(99, 3, 10.0)


def test_ops_before_a_deferred_one_pass() -> None:
    assert holding(TOO_FAST).lets_in(3, 3, 0.0)


def test_later_ops_pass_after_the_deferred_one_was_sent_again() -> None:
    gate = holding(TOO_FAST)

    assert gate.lets_in(4, 3, 0.4)
    assert gate.lets_in(5, 4, 0.4)


def test_a_repeat_of_an_earlier_op_does_not_release_the_deferred_one() -> None:
    gate = holding(TOO_FAST)

    assert gate.lets_in(2, 3, 0.4)
    assert not gate.lets_in(5, 3, 0.4)


def test_later_ops_pass_after_another_connection_settled_the_deferred_one() -> None:
    gate = holding(TOO_FAST)

    assert gate.lets_in(5, 4, 0.0)
    assert gate.lets_in(6, 4, 0.0)


def test_the_third_early_retry_raises_too_early() -> None:
    gate = RetryGate()
    for at_s in (0.0, 1.0):
        gate.hold(TOO_FAST, at_s)
        assert gate.lets_in(4, 3, at_s + 0.399)
    gate.hold(TOO_FAST, 2.0)

    with pytest.raises(TooEarly):
        gate.lets_in(4, 3, 2.399)


def test_continuing_after_another_connection_settled_the_op_is_not_too_early() -> None:
    gate = RetryGate()
    for at_s in range(10):
        gate.hold(TOO_FAST, at_s)

        assert gate.lets_in(5, 4, at_s)


def test_a_retry_after_the_delay_is_not_too_early() -> None:
    gate = RetryGate()
    for at_s in range(10):
        gate.hold(TOO_FAST, at_s)

        assert gate.lets_in(4, 3, at_s + 0.4)


def test_early_retries_are_forgotten_after_a_minute() -> None:
    gate = RetryGate()
    for at_s in (0.0, 1.0, STRIKES_FOR_S):
        gate.hold(TOO_FAST, at_s)
        assert gate.lets_in(4, 3, at_s)

    gate.hold(TOO_FAST, STRIKES_FOR_S + 0.9)
    with pytest.raises(TooEarly):
        gate.lets_in(4, 3, STRIKES_FOR_S + 0.9)


def test_an_early_retry_after_busy_is_not_counted() -> None:
    gate = RetryGate()
    for _ in range(10):
        gate.hold(BUSY, 0.0)

        assert gate.lets_in(4, 3, 0.0)
