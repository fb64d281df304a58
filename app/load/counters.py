"""What is counted while the test runs, and handed over a few times a second."""

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import Self

from app.load.histogram import Histogram


@dataclass(slots=True)
class Tick:
    """What happened in a while; two of them add up."""

    asked: int = 0
    done: int = 0
    unasked: int = 0
    sent_bytes: int = 0
    heard_bytes: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    later: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    counted: int = 0
    queries: int = 0
    """So many queries for so many ops that the shop counted them for."""
    chaos: Counter[str] = field(default_factory=Counter)
    answers: Histogram = field(default_factory=Histogram)
    openings: Histogram = field(default_factory=Histogram)
    returns: Histogram = field(default_factory=Histogram)

    def __add__(self, other: Self) -> "Tick":
        """Return both together."""
        both = {name: getattr(self, name) + getattr(other, name) for name in _NAMES}
        return Tick(**both)


_NAMES = tuple(each.name for each in fields(Tick))


@dataclass(slots=True)
class Counters(Tick):
    """The tick that is being counted; `sockets` are open just now, and outlast it."""

    sockets: int = 0

    def take(self) -> Tick:
        """Return all that was counted since the last time, and start over."""
        tick = Tick(**{name: getattr(self, name) for name in _NAMES})
        fresh = Tick()
        for name in _NAMES:
            setattr(self, name, getattr(fresh, name))
        return tick
