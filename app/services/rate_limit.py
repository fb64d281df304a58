"""Rate limits by client address, kept in memory."""

from collections.abc import Callable
from math import ceil

from app.domain.token_bucket import RateLimit, TokenBucket, full, spend, wait_ms, without_full

MOST_ADDRESSES = 10_000
"""Beyond this many, the buckets that are full again are forgotten."""


class RateLimiter:
    """Limits how often each address may do something, by a token bucket for each.

    `steady_s` is a monotonic clock.
    """

    def __init__(self, limit: RateLimit, steady_s: Callable[[], float]):
        self._limit = limit
        self._steady_s = steady_s
        self._buckets: dict[str, TokenBucket] = {}

    @property
    def addresses(self) -> int:
        """How many buckets are kept."""
        return len(self._buckets)

    def spend(self, address: str) -> int:
        """Take a token of *address*; if it has none, return for how many seconds to wait."""
        now_s = self._steady_s()
        bucket = self._buckets.get(address) or full(self._limit, now_s)
        if (left := spend(bucket, self._limit, now_s)) is None:
            return max(1, ceil(wait_ms(bucket, self._limit, now_s) / 1000))
        self._keep(address, left, now_s)
        return 0

    def _keep(self, address: str, bucket: TokenBucket, now_s: float) -> None:
        if len(self._buckets) >= MOST_ADDRESSES:
            self._buckets = without_full(self._buckets, self._limit, now_s)
        self._buckets[address] = bucket
