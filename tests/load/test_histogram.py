"""The histogram of durations, and its precision."""

import pytest

from app.load.histogram import Histogram


def histogram_of(*milliseconds: float) -> Histogram:
    histogram = Histogram()
    for each in milliseconds:
        histogram.record(each / 1000)
    return histogram


@pytest.mark.parametrize("milliseconds", [0.0, 0.001, 0.127, 0.128, 1.0, 17.3, 999.9, 60_000.0])
def test_a_quantile_is_at_most_one_part_in_128_too_high(milliseconds: float) -> None:
    quantile = histogram_of(milliseconds).at(1.0)

    assert milliseconds <= quantile + 1e-9 <= milliseconds * (1 + 1 / 128) + 1e-3


def test_quantiles_count_from_the_fastest() -> None:
    histogram = histogram_of(*range(1, 101))

    assert histogram.at(0.5) == pytest.approx(50, rel=0.01)
    assert histogram.at(0.99) == pytest.approx(99, rel=0.01)
    assert histogram.at(1.0) == pytest.approx(100, rel=0.01)


def test_the_sum_of_two_histograms_equals_one_histogram_of_all_values() -> None:
    assert histogram_of(1, 2) + histogram_of(2, 300) == histogram_of(1, 2, 2, 300)


def test_an_empty_histogram_has_no_quantiles() -> None:
    assert (len(Histogram()), Histogram().at(0.99)) == (0, 0.0)
    assert Histogram().buckets == []


def test_buckets_are_ordered_and_have_counts() -> None:
    assert [count for _, count in histogram_of(5, 1, 5).buckets] == [1, 2]
