"""Statistics by second, and in total."""

import pytest

from app.domain.ops import AddLine
from app.domain.verdicts import Code, No, RetryCode, RetryLater
from app.live.histogram import BOUNDS_S, Histogram
from app.live.stats import SECONDS, Durations, Stats
from tests.examples import APPLES, ref
from tests.live.fakes import FakeTab
from tests.live.harness import CartHarness


def test_a_quantile_is_the_duration_that_a_share_of_ops_does_not_exceed() -> None:
    durations = Durations(Histogram())
    for each in range(100, 0, -1):
        durations.record(each / 1000)

    assert durations.ms(0.5) == pytest.approx(50)
    assert durations.ms(0.99) == pytest.approx(99)
    assert len(durations) == 100


def test_later_durations_change_the_quantile() -> None:
    durations = Durations(Histogram())
    assert durations.ms(0.5) is None
    durations.record(0.001)
    assert durations.ms(0.99) == pytest.approx(1)

    durations.record(0.003)

    assert durations.ms(0.99) == pytest.approx(3)


def test_verdicts_are_counted_by_their_code() -> None:
    second = Stats().at(7.2)

    for took_s in (0.002, 0.004, 0.006):
        second.answers.record(took_s)
    second.refuse(No(3, Code.SOLD_OUT, ("Eggs",), 2))
    second.put_off(RetryLater(4, RetryCode.RATE, 100))

    assert second.verdicts == {"ok": 2, "sold_out": 1, "rate": 1}
    assert len(second.answers) == 3


def test_complete_seconds_are_listed_oldest_first_including_empty_ones() -> None:
    stats = Stats()
    for now_s in (100.0, 100.9, 102.0, 103.0):
        stats.at(now_s).answers.record(0.001)

    last = stats.last(103.5)

    assert len(last) == SECONDS
    assert [second.verdicts.total() for second in last[-4:]] == [0, 2, 0, 1]


def test_seconds_older_than_a_minute_are_dropped() -> None:
    stats = Stats()
    for now_s in range(3 * SECONDS):
        stats.at(now_s).answers.record(0.001)

    assert all(second.verdicts.total() for second in stats.last(3 * SECONDS))
    assert not any(second.verdicts for second in stats.last(2 * SECONDS - 1))


def test_totals_keep_what_the_list_of_seconds_drops() -> None:
    stats = Stats()
    assert stats.verdicts == {}

    for now_s in range(3 * SECONDS):
        stats.at(now_s).answers.record(0.002)
    stats.at(3 * SECONDS).put_off(RetryLater(2, RetryCode.RATE, 100))

    assert stats.verdicts == {"ok": 3 * SECONDS, "rate": 1}
    assert sum(stats.answers.counts) == 3 * SECONDS
    assert stats.answers.sum_s == pytest.approx(3 * SECONDS * 0.002)


def test_a_duration_falls_into_the_first_bucket_whose_bound_it_does_not_exceed() -> None:
    histogram = Histogram()

    histogram.add((0.0, BOUNDS_S[0], BOUNDS_S[0] + 1e-6, BOUNDS_S[-1], BOUNDS_S[-1] + 1))

    assert (histogram.counts[:2], histogram.counts[-2:]) == ([2, 1], [1, 1])
    assert sum(histogram.counts) == 5


def test_a_duration_is_counted_once_however_often_the_histogram_is_read() -> None:
    stats = Stats()

    for now_s in (7.0, 7.5, 9.0):
        stats.at(now_s).answers.record(0.002)
        stats.commit(now_s, 0.004, ((), (), (), (), ()))
        assert stats.answers.counts is stats.answers.counts

    assert (sum(stats.answers.counts), sum(stats.commits.counts)) == (3, 3)


def test_cart_saves_are_counted_by_outcome() -> None:
    stats = Stats()

    stats.commit(7.0, 0.004, (("ada", "bob"), (), ("eve",), (), ()))
    stats.commit(7.5, 0.001, (("ada",), (), (), (), ()))

    assert stats.saves == {"saved": 3, "stale": 1}
    assert sum(stats.commits.counts) == 2
    assert len(stats.at(7.9).commits) == 2


def test_an_op_is_counted_when_answered_with_the_time_since_it_was_submitted() -> None:
    harness, tab = CartHarness(), FakeTab()
    harness.let_in(tab)
    harness.cart.submit(ref(harness.cart.latest), AddLine(APPLES, 1), tab)
    harness.clock.passes(0.25)

    harness.saves()

    second = harness.context.stats.at(harness.clock.steady_s())
    assert second.verdicts == {"ok": 1}
    assert second.answers.ms(0.5) == pytest.approx(250)
