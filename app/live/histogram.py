"""A histogram of durations since the server started, as Prometheus counts them."""

from bisect import bisect_left

BOUNDS_S = (0.001, 0.002, 0.003, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds. The goals for answers are among them: median 3 ms, 99th percentile 15 ms."""


class Histogram:
    """How many durations lie in each bucket, and their sum.

    A bucket ends at one of `BOUNDS_S`, included; the last of `counts` is beyond all bounds.
    """

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_S) + 1)
        self.sum_s = 0.0

    def record(self, took_s: float) -> None:
        """Count a duration."""
        self.counts[bisect_left(BOUNDS_S, took_s)] += 1
        self.sum_s += took_s
