"""A histogram of durations whose buckets grow with the duration, so that it stays small."""

from collections import Counter
from collections.abc import Iterable
from typing import Final, Self

_BUCKETS_PER_DOUBLING: Final = 128
"""Buckets for each doubling: a percentile is at most 1/128 too high."""


class Histogram:
    """Counts of durations in microseconds; histograms can be added."""

    def __init__(self, counts: Iterable[tuple[int, int]] = ()):
        self._counts: Counter[int] = Counter(dict(counts))

    def __len__(self) -> int:
        """Return the number of durations."""
        return self._counts.total()

    def __add__(self, other: Self) -> "Histogram":
        """Return the sum of both."""
        return Histogram((self._counts + other._counts).items())

    def __eq__(self, other: object) -> bool:
        """Return whether both have the same counts."""
        return isinstance(other, Histogram) and self._counts == other._counts

    __hash__ = None  # type: ignore[assignment] # It is mutable.

    def record(self, seconds: float) -> None:
        """Count a duration."""
        self._counts[_bucket(max(0, round(seconds * 1e6)))] += 1

    def at(self, share: float) -> float:
        """Return the quantile *share* (0 to 1) in milliseconds; 0 if there are no durations."""
        left = share * len(self)
        for bucket in sorted(self._counts):
            left -= self._counts[bucket]
            if left <= 0:
                return _upper_us(bucket) / 1000
        return 0.0

    @property
    def buckets(self) -> list[tuple[float, int]]:
        """The upper end of each bucket in milliseconds, and its count, in order."""
        return [(_upper_us(bucket) / 1000, self._counts[bucket]) for bucket in sorted(self._counts)]


def _bucket(us: int) -> int:
    doublings = max(0, us.bit_length() - _BUCKETS_PER_DOUBLING.bit_length())
    return doublings * _BUCKETS_PER_DOUBLING + (us >> doublings)


def _upper_us(bucket: int) -> int:
    doublings = max(0, bucket // _BUCKETS_PER_DOUBLING - 1)
    return ((bucket - doublings * _BUCKETS_PER_DOUBLING + 1) << doublings) - 1
