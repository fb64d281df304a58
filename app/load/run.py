"""What became of a test: a point for each half a second, and the figures made of them."""

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from functools import reduce
from operator import add
from typing import NamedTuple

from app.load.counters import Tick
from app.load.plan import Plan
from app.load.server import Cost
from app.load.trace import Breach


class Phase(StrEnum):
    """What the crowd is doing; figures count while it pushes."""

    RAMP = "ramp"
    PUSH = "push"
    SETTLE = "settle"


class Point(NamedTuple):
    """What happened in a moment that ended *at_s* and took *took_s*; costs are of that moment."""

    at_s: float
    took_s: float
    phase: Phase
    sockets: int
    tick: Tick
    server: Cost | None
    own_cpu_s: float


class Run(NamedTuple):
    """One test from its beginning to its end."""

    plan: Plan
    points: tuple[Point, ...]
    breaches: tuple[Breach, ...]
    is_cut_short: bool = False

    @property
    def all(self) -> Tick:
        """Return all that happened."""
        return summed(point.tick for point in self.points)

    @property
    def figures(self) -> "Figures":
        """Return the figures of the time in which everybody pushed."""
        evicted = [point for point in self.points if point.phase is Phase.PUSH]
        evicted = evicted or list(self.points)
        servers = [point.server for point in evicted if point.server]
        return Figures(
            sum(point.took_s for point in evicted),
            self._whole(summed(point.tick for point in evicted)),
            max((point.sockets for point in evicted), default=0),
            sum(server.cpu_s for server in servers) if servers else None,
            max(server.memory_kib for server in servers) if servers else None,
            sum(point.own_cpu_s for point in evicted),
        )

    def _whole(self, evicted: Tick) -> Tick:
        """Return *evicted* with what counts from beginning to end: people arrive before it."""
        every = self.all
        return replace(
            evicted,
            openings=every.openings,
            returns=every.returns,
            errors=every.errors,
            chaos=every.chaos,
            unasked=every.unasked,
            counted=every.counted,
            queries=every.queries,
        )


class Figures(NamedTuple):
    """What a run comes to."""

    seconds: float
    tick: Tick
    sockets: int
    server_cpu_s: float | None
    server_memory_kib: int | None
    own_cpu_s: float

    @property
    def per_s(self) -> float:
        """Return ops answered a second."""
        return self.tick.done / self.seconds if self.seconds else 0.0

    @property
    def server_us(self) -> float | None:
        """Return the server's CPU for an op, in microseconds."""
        if self.server_cpu_s is None or not self.tick.done:
            return None
        return self.server_cpu_s / self.tick.done * 1e6

    @property
    def queries_each(self) -> float | None:
        """Return queries for an op; `None` where the shop did not count."""
        return self.tick.queries / self.tick.counted if self.tick.counted else None

    @property
    def bytes_each(self) -> tuple[float, float]:
        """Return bytes to and from the shop for an op."""
        done = self.tick.done or 1
        return self.tick.sent_bytes / done, self.tick.heard_bytes / done


def summed(ticks: Iterable[Tick]) -> Tick:
    """Return all *ticks* together."""
    return reduce(add, ticks, Tick())
