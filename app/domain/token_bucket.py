"""A token bucket, as a value."""

from math import ceil
from typing import Final, NamedTuple

_SLACK: Final = 1e-4
"""Missing no more than this, an allowance counts as whole: seconds as floats are not exact."""


class Bucket(NamedTuple):
    """How much may happen at once, and how fast that comes back."""

    size: float
    per_s: float


class Allowance(NamedTuple):
    """What was left of a bucket at a time, in seconds of any clock that only goes forward."""

    left: float
    at_s: float


def full(bucket: Bucket, now_s: float) -> Allowance:
    """Return the allowance of somebody who has not asked for anything yet."""
    return Allowance(bucket.size, now_s)


def refill(allowance: Allowance, bucket: Bucket, now_s: float) -> Allowance:
    """Return *allowance* with what has come back since."""
    return Allowance(_left(allowance, bucket, now_s), now_s)


def spend(allowance: Allowance, bucket: Bucket, now_s: float) -> Allowance | None:
    """Return *allowance* after taking one out, or `None` if there is not one."""
    left = _left(allowance, bucket, now_s)
    return Allowance(left - 1, now_s) if left >= 1 - _SLACK else None


def wait_ms(allowance: Allowance, bucket: Bucket, now_s: float) -> int:
    """Return after how many milliseconds there will be one."""
    missing = max(0.0, 1 - _left(allowance, bucket, now_s))
    return ceil(missing / bucket.per_s * 1000)


def _left(allowance: Allowance, bucket: Bucket, now_s: float) -> float:
    gained = max(0.0, now_s - allowance.at_s) * bucket.per_s
    return min(bucket.size, allowance.left + gained)
