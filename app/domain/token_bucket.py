"""Rate limits: a token bucket, as a value."""

from collections.abc import Mapping
from math import ceil
from typing import Final, NamedTuple, TypeVar

K = TypeVar("K")

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


def full(limit: RateLimit, now_s: float) -> TokenBucket:
    """Return a full bucket."""
    return TokenBucket(limit.size, now_s)


def refill(bucket: TokenBucket, limit: RateLimit, now_s: float) -> TokenBucket:
    """Return *bucket* with the tokens gained since."""
    return TokenBucket(_left(bucket, limit, now_s), now_s)


def spend(bucket: TokenBucket, limit: RateLimit, now_s: float) -> TokenBucket | None:
    """Return *bucket* without one token, or `None` if there is none."""
    left = _left(bucket, limit, now_s)
    return TokenBucket(left - 1, now_s) if left >= 1 - _SLACK else None


def wait_ms(bucket: TokenBucket, limit: RateLimit, now_s: float) -> int:
    """Return after how many milliseconds there will be a token."""
    missing = max(0.0, 1 - _left(bucket, limit, now_s))
    return ceil(missing / limit.per_s * 1000)


def without_full(
    buckets: Mapping[K, TokenBucket], limit: RateLimit, now_s: float
) -> dict[K, TokenBucket]:
    """Return *buckets* without those that are full by now: a new one would be the same."""
    return {
        owner: bucket
        for owner, bucket in buckets.items()
        if refill(bucket, limit, now_s).left < limit.size
    }


def _left(bucket: TokenBucket, limit: RateLimit, now_s: float) -> float:
    gained = max(0.0, now_s - bucket.at_s) * limit.per_s
    return min(limit.size, bucket.left + gained)
