"""Percentiles of what a test measured.

A test in `bin/test` or `bin/prove --short` asserts no percentile above the median: a 99th of a few
hundred waits is two or three of them, and which those are is decided by the machine's other work.
Percentiles 95 and 99 are written down, and measured by `bench/`.
"""


def percentile_ms(waits_s: list[float], share: float) -> float:
    """Return the wait, in milliseconds, that *share* (0 to 1) of *waits_s* did not exceed."""
    return 1000 * sorted(waits_s)[int(len(waits_s) * share)]
