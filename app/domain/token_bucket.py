"""Rate limits: a token bucket, as a value."""

from collections import OrderedDict
from math import ceil
from typing import Final, Generic, TypeVar

from msgspec import Struct

from app.domain.limits import RateLimit

K = TypeVar("K")

_LOOKED_AT: Final = 2
_SLACK: Final = 1e-4
"""A token that lacks no more than this is whole, since seconds as floats are not exact."""


class TokenBucket(Struct, frozen=True, gc=False):
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
    left = min(limit.size, bucket.left + max(0.0, now_s - bucket.at_s) * limit.per_s)
    return TokenBucket(left - 1, now_s) if left >= 1 - _SLACK else None


def wait_ms(bucket: TokenBucket, limit: RateLimit, now_s: float) -> int:
    """Return after how many milliseconds there will be a token."""
    missing = max(0.0, 1 - _left(bucket, limit, now_s))
    return ceil(missing / limit.per_s * 1000)


class KeptBuckets(Generic[K]):
    """Buckets by owner, at most *most*. One that is full again is forgotten: a new one is the same.

    A call looks at the two that were kept longest ago, so it costs the same however many there are,
    and still forgets faster than it keeps. Beyond *most*, the one kept longest ago goes.
    """

    def __init__(self, limit: RateLimit, most: int):
        self._limit = limit
        self._most = most
        self._kept = OrderedDict[K, TokenBucket]()

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._kept)

    def get(self, owner: K) -> TokenBucket | None:
        """Return the bucket of *owner*; none stands for a full one."""
        return self._kept.get(owner)

    def keep(self, owner: K, bucket: TokenBucket, now_s: float) -> None:
        """Keep *bucket*, which is *owner*'s now."""
        self._kept[owner] = bucket
        self._kept.move_to_end(owner)
        for _ in range(_LOOKED_AT):
            oldest, left = next(iter(self._kept.items()), (owner, bucket))
            if oldest == owner or refill(left, self._limit, now_s).left < self._limit.size:
                break
            del self._kept[oldest]
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def take(self, owner: K) -> TokenBucket | None:
        """Return the bucket of *owner*, and keep it no longer."""
        return self._kept.pop(owner, None)


def _left(bucket: TokenBucket, limit: RateLimit, now_s: float) -> float:
    gained = max(0.0, now_s - bucket.at_s) * limit.per_s
    return min(limit.size, bucket.left + gained)
