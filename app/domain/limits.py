"""Limits on clients: sent in `welcome`, and raised by load tests (protocol.md §6)."""

from dataclasses import dataclass

MOST_LINES = 100
MOST_OF_ONE = 99
LONGEST_NOTE = 500
LONGEST_LANGUAGE = 100
MOST_WATCHED = 200
MOST_PENDING = 32
"""How many ops a client may have sent without having a verdict."""
MOST_TEXTS = 64
"""How many texts of a client may be on their way to its connection, or wait to be handled."""
LARGEST_FRAME = 8192
LARGEST_INT = 2**53 - 1
"""The largest number that every reader of JSON has exactly."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The rate limit of a bucket: its size (the burst), and how many tokens it gains per second."""

    size: float
    per_s: float


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits that a server is configured with, as they are in `welcome`."""

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
        """Return the rate limit of ops for each account."""
        return RateLimit(self.burst, self.per_s)
