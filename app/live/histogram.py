"""A histogram of durations since the server started, as Prometheus counts them."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

BOUNDS_S = (0.001, 0.002, 0.003, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds. The goals for answers are among them: median 3 ms, 99th percentile 15 ms."""


class Histogram:
    """How many durations lie in each bucket, and their sum.

    A bucket ends at one of `BOUNDS_S`, included; the last of `counts` is beyond all bounds.
    """

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_S) + 1)
        self.sum_s = 0.0

    def add(self, durations_s: Sequence[float]) -> None:
        """Count *durations_s*, which are sorted: so the bounds are looked up, not the durations."""
        ends = [bisect_right(durations_s, bound) for bound in BOUNDS_S]
        for bucket, (begin, end) in enumerate(pairwise((0, *ends, len(durations_s)))):
            self.counts[bucket] += end - begin
        self.sum_s += sum(durations_s)
