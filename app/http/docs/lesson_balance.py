"""What each way costs the server, by the load test, for the lesson (docs/performance.md)."""

from typing import Final, NamedTuple


class Balance(NamedTuple):
    """Processor time, queries, and bytes there and back, of an answer or a change to a cart."""

    measured_at_s: int
    stateless_ms: str
    session_ms: str
    session_queries: int
    session_bytes: tuple[int, int]
    held_least_ms: str
    held_most_ms: str
    held_queries: int
    held_bytes: tuple[int, int]
    held_kib: str


BALANCE: Final = Balance(
    measured_at_s=1_796_040_000,
    stateless_ms="1.4",
    session_ms="3.4",
    session_queries=3,
    session_bytes=(407, 765),
    held_least_ms="0.2",
    held_most_ms="0.9",
    held_queries=1,
    held_bytes=(69, 474),
    held_kib="17.5",
)
