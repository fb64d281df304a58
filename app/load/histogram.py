"""Durations by the million, in little room: counted in buckets that grow with what they hold."""

from collections import Counter
from collections.abc import Iterable
from typing import Final, Self

_FINE: Final = 128
"""Buckets for each doubling: a figure is at most 1/128 too high."""


class Histogram:
    """Durations in microseconds; two of them add up to a third."""

    def __init__(self, counts: Iterable[tuple[int, int]] = ()):
        self._counts: Counter[int] = Counter(dict(counts))

    def __len__(self) -> int:
        """Return how many durations there are."""
        return self._counts.total()

    def __add__(self, other: Self) -> "Histogram":
        """Return both together."""
        return Histogram((self._counts + other._counts).items())

    def __eq__(self, other: object) -> bool:
        """Say whether both count the same."""
        return isinstance(other, Histogram) and self._counts == other._counts

    __hash__ = None  # type: ignore[assignment] # It grows.

    def record(self, seconds: float) -> None:
        """Count one."""
        self._counts[_bucket(max(0, round(seconds * 1e6)))] += 1

    def at(self, share: float) -> float:
        """Return the milliseconds within which *share* of all lie; 0 where there is none."""
        left = share * len(self)
        for bucket in sorted(self._counts):
            left -= self._counts[bucket]
            if left <= 0:
                return _most(bucket) / 1000
        return 0.0

    @property
    def buckets(self) -> list[tuple[float, int]]:
        """Return the milliseconds at which each bucket ends, and how many are in it, in order."""
        return [(_most(bucket) / 1000, self._counts[bucket]) for bucket in sorted(self._counts)]


def _bucket(us: int) -> int:
    doublings = max(0, us.bit_length() - _FINE.bit_length())
    return doublings * _FINE + (us >> doublings)


def _most(bucket: int) -> int:
    doublings = max(0, bucket // _FINE - 1)
    return ((bucket - doublings * _FINE + 1) << doublings) - 1
