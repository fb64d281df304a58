"""Rate limits by client address, kept in memory."""

from collections.abc import Callable
from math import ceil

from app.domain.limits import RateLimit
from app.domain.token_bucket import KeptBuckets, full, spend, wait_ms

MOST_ADDRESSES = 100_000
"""Beyond this many, the address that was here longest ago is forgotten."""


class RateLimiter:
    """Limits how often each address may do something, by a token bucket for each.

    `steady_s` is a monotonic clock.
    """

    def __init__(self, limit: RateLimit, steady_s: Callable[[], float], most: int = MOST_ADDRESSES):
        self._limit = limit
        self._steady_s = steady_s
        self._buckets = KeptBuckets[str](limit, most)

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
        self._buckets.keep(address, left, now_s)
        return 0
