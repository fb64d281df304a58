"""How durations are spread, since the shop was opened: counts that only grow."""

from bisect import bisect_left

BOUNDS_S = (0.001, 0.002, 0.003, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""The answers' goals are among them: half within 3 ms, 99 of 100 within 15 ms."""


class Histogram:
    """How many durations lie within each of `BOUNDS_S` and above the one before; their sum.

    `counts` has one more at its end, for those beyond the last bound.
    """

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_S) + 1)
        self.sum_s = 0.0

    def record(self, took_s: float) -> None:
        """Count one."""
        self.counts[bisect_left(BOUNDS_S, took_s)] += 1
        self.sum_s += took_s
