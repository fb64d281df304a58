"""How often each address may do something."""

from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from app.domain.token_bucket import RateLimit, TokenBucket, full, refill, spend, wait_ms

MOST_ADDRESSES = 10_000
HOME_PREFIX = 64
"""So many bits of an IPv6 address name a home; the rest its owner changes at will."""


class RateLimiter:
    """A bucket for each address, kept in memory; `steady_s` only goes forward."""

    def __init__(self, bucket: RateLimit, steady_s: Callable[[], float]):
        self._bucket = bucket
        self._steady_s = steady_s
        self._token_buckets: dict[str, TokenBucket] = {}

    @property
    def addresses(self) -> int:
        """How many addresses are remembered."""
        return len(self._token_buckets)

    def spend(self, address: str) -> int:
        """Pay for one; return for how many seconds there is nothing to pay with."""
        now_s = self._steady_s()
        tokens = self._token_buckets.get(address) or full(self._bucket, now_s)
        if (left := spend(tokens, self._bucket, now_s)) is None:
            return max(1, ceil(wait_ms(tokens, self._bucket, now_s) / 1000))
        self._keep(address, left, now_s)
        return 0

    def _keep(self, address: str, left: TokenBucket, now_s: float) -> None:
        if len(self._token_buckets) >= MOST_ADDRESSES:
            self._token_buckets = {
                name: known
                for name, known in self._token_buckets.items()
                if refill(known, self._bucket, now_s).left < self._bucket.size
            }
        self._token_buckets[address] = left


def client_network(address: str) -> str:
    """Return what to count *address* as: for IPv6, the network that a home is given."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return address
    return str(known.ipv4_mapped or ip_network((known, HOME_PREFIX), strict=False))
