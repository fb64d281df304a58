"""How much a client may do; told in `welcome`, and raised by load tests (protocol.md §6)."""

from dataclasses import dataclass

from app.domain.token_bucket import RateLimit

MOST_LINES = 100
MOST_OF_ONE = 99
LONGEST_NOTE = 500
MOST_WATCHED = 200
MOST_PENDING = 32
"""Ops that one client may have under way without a verdict."""
LARGEST_FRAME = 8192


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits that differ from one running shop to another, as they are told."""

    burst: int = 64
    per_s: int = 10
    sockets: int = 10
    frame: int = LARGEST_FRAME
    inflight: int = MOST_PENDING
    watch: int = MOST_WATCHED
    lines: int = MOST_LINES
    qty: int = MOST_OF_ONE
    note: int = LONGEST_NOTE

    @property
    def ops(self) -> RateLimit:
        """Return the bucket of ops that each account has."""
        return RateLimit(self.burst, self.per_s)
