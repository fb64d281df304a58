"""Times the suggestions of the search field while queries are typed, key by key."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from bench.growth.timing import GrownShop
from tests.http.catalog.test_queries import rows

SHORTEST = 2
"""So many letters are typed before the field asks; one in Chinese (`suggestions.js`)."""


class Percentiles(NamedTuple):
    """Of many times, in milliseconds."""

    p50: float
    p95: float
    p99: float
    most: float


def beginnings() -> list[str]:
    """Return what is in the field after each key, each once: none is answered from memory."""
    typed = (q[:length].strip() for q, _ in rows() for length in range(1, len(q) + 1))
    return list(dict.fromkeys(q for q in typed if len(q) >= SHORTEST or not q.isascii()))


def time_suggestions(shop: GrownShop) -> tuple[int, Percentiles, Percentiles]:
    """Return how many were asked for, how long the answers took, and the server's CPU."""
    paths = [f"/api/products?q={quote(q)}" for q in beginnings()]
    shop.get(paths[0], is_for_staff=False)  # the texts of the products are read first
    taken = [shop.get(path, is_for_staff=False) for path in paths[1:]]
    ms, cpu_ms = zip(*taken, strict=True)
    return len(taken), percentiles(ms), percentiles(cpu_ms)


def percentiles(times: Sequence[float]) -> Percentiles:
    """Return those of *times*."""
    ordered = sorted(times)
    last = len(ordered) - 1
    return Percentiles(*(ordered[round(share * last)] for share in (0.5, 0.95, 0.99, 1)))
