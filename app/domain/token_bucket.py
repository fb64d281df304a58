"""A token bucket, as a value."""

from math import ceil
from typing import Final, NamedTuple

_SLACK: Final = 1e-4
"""Missing no more than this, an allowance counts as whole: seconds as floats are not exact."""


class RateLimit(NamedTuple):
    """How much may happen at once, and how fast that comes back."""

    size: float
    per_s: float


class TokenBucket(NamedTuple):
    """What was left of a bucket at a time, in seconds of any clock that only goes forward."""

    left: float
    at_s: float


def full(bucket: RateLimit, now_s: float) -> TokenBucket:
    """Return the allowance of somebody who has not asked for anything yet."""
    return TokenBucket(bucket.size, now_s)


def refill(tokens: TokenBucket, bucket: RateLimit, now_s: float) -> TokenBucket:
    """Return *tokens* with what has come back since."""
    return TokenBucket(_left(tokens, bucket, now_s), now_s)


def spend(tokens: TokenBucket, bucket: RateLimit, now_s: float) -> TokenBucket | None:
    """Return *tokens* after taking one out, or `None` if there is not one."""
    left = _left(tokens, bucket, now_s)
    return TokenBucket(left - 1, now_s) if left >= 1 - _SLACK else None


def wait_ms(tokens: TokenBucket, bucket: RateLimit, now_s: float) -> int:
    """Return after how many milliseconds there will be one."""
    missing = max(0.0, 1 - _left(tokens, bucket, now_s))
    return ceil(missing / bucket.per_s * 1000)


def _left(tokens: TokenBucket, bucket: RateLimit, now_s: float) -> float:
    gained = max(0.0, now_s - tokens.at_s) * bucket.per_s
    return min(bucket.size, tokens.left + gained)
