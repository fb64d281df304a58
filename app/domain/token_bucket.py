"""Rate limits: a token bucket, as a value."""

from math import ceil
from typing import Final, NamedTuple

_SLACK: Final = 1e-4
"""A token that lacks no more than this is whole, since seconds as floats are not exact."""


class RateLimit(NamedTuple):
    """The rate limit of a bucket: its size (the burst), and how many tokens it gains per second."""

    size: float
    per_s: float


class TokenBucket(NamedTuple):
    """The tokens that were left at a time, in seconds of a steady clock."""

    left: float
    at_s: float


def full(bucket: RateLimit, now_s: float) -> TokenBucket:
    """Return a full bucket."""
    return TokenBucket(bucket.size, now_s)


def refill(tokens: TokenBucket, bucket: RateLimit, now_s: float) -> TokenBucket:
    """Return *tokens* with those gained since."""
    return TokenBucket(_left(tokens, bucket, now_s), now_s)


def spend(tokens: TokenBucket, bucket: RateLimit, now_s: float) -> TokenBucket | None:
    """Return *tokens* without one, or `None` if there is none."""
    left = _left(tokens, bucket, now_s)
    return TokenBucket(left - 1, now_s) if left >= 1 - _SLACK else None


def wait_ms(tokens: TokenBucket, bucket: RateLimit, now_s: float) -> int:
    """Return after how many milliseconds there will be a token."""
    missing = max(0.0, 1 - _left(tokens, bucket, now_s))
    return ceil(missing / bucket.per_s * 1000)


def _left(tokens: TokenBucket, bucket: RateLimit, now_s: float) -> float:
    gained = max(0.0, now_s - tokens.at_s) * bucket.per_s
    return min(bucket.size, tokens.left + gained)
