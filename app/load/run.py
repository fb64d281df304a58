"""The results of a test: a point for each half second, and the figures computed from them."""

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
    """The phase of a test; figures count during PUSH only."""

    RAMP = "ramp"
    PUSH = "push"
    SETTLE = "settle"


class Point(NamedTuple):
    """The counts and costs of an interval that ended at `at_s` and took `took_s`."""

    at_s: float
    took_s: float
    phase: Phase
    sockets: int
    tick: Tick
    server: Cost | None
    own_cpu_s: float


class Run(NamedTuple):
    """A finished test."""

    plan: Plan
    points: tuple[Point, ...]
    breaches: tuple[Breach, ...]
    is_cut_short: bool = False

    @property
    def all(self) -> Tick:
        """The counts of the whole test."""
        return summed(point.tick for point in self.points)

    @property
    def figures(self) -> "Figures":
        """The figures of the PUSH phase."""
        loaded = [point for point in self.points if point.phase is Phase.PUSH]
        loaded = loaded or list(self.points)
        servers = [point.server for point in loaded if point.server]
        return Figures(
            sum(point.took_s for point in loaded),
            self._whole(summed(point.tick for point in loaded)),
            max((point.sockets for point in loaded), default=0),
            sum(server.cpu_s for server in servers) if servers else None,
            max(server.memory_kib for server in servers) if servers else None,
            sum(point.own_cpu_s for point in loaded),
        )

    def _whole(self, loaded: Tick) -> Tick:
        """Return *loaded* with the counts that are of the whole test, such as opening tabs."""
        every = self.all
        return replace(
            loaded,
            openings=every.openings,
            returns=every.returns,
            errors=every.errors,
            chaos=every.chaos,
            not_submitted=every.not_submitted,
            counted=every.counted,
            queries=every.queries,
        )


class Figures(NamedTuple):
    """The figures of a run."""

    seconds: float
    tick: Tick
    sockets: int
    server_cpu_s: float | None
    server_memory_kib: int | None
    own_cpu_s: float

    @property
    def per_s(self) -> float:
        """Ops answered per second."""
        return self.tick.done / self.seconds if self.seconds else 0.0

    @property
    def server_us(self) -> float | None:
        """The server's CPU per op in microseconds; `None` if unknown."""
        if self.server_cpu_s is None or not self.tick.done:
            return None
        return self.server_cpu_s / self.tick.done * 1e6

    @property
    def queries_each(self) -> float | None:
        """Database queries per op; `None` if the server did not count them."""
        return self.tick.queries / self.tick.counted if self.tick.counted else None

    @property
    def bytes_each(self) -> tuple[float, float]:
        """Bytes per op to and from the server."""
        done = self.tick.done or 1
        return self.tick.sent_bytes / done, self.tick.received_bytes / done


def summed(ticks: Iterable[Tick]) -> Tick:
    """Return the sum of *ticks*."""
    return reduce(add, ticks, Tick())
