"""The counters of a test, which each worker process reports a few times a second."""

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import Self

from app.load.histogram import Histogram


@dataclass(slots=True)
class Tick:
    """The counts of a period; counts of two periods can be added."""

    submitted: int = 0
    done: int = 0
    not_submitted: int = 0
    sent_bytes: int = 0
    received_bytes: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    later: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    counted: int = 0
    queries: int = 0
    """The server's database queries for `counted` ops."""
    offers: int = 0
    """What was waited for, offered, and then put into a cart."""
    helps: int = 0
    """What was asked for, taken, answered and ended."""
    chaos: Counter[str] = field(default_factory=Counter)
    answers: Histogram = field(default_factory=Histogram)
    openings: Histogram = field(default_factory=Histogram)
    returns: Histogram = field(default_factory=Histogram)

    def __add__(self, other: Self) -> "Tick":
        """Return the sum of both."""
        both = {name: getattr(self, name) + getattr(other, name) for name in _NAMES}
        return Tick(**both)


_NAMES = tuple(each.name for each in fields(Tick))


@dataclass(slots=True)
class Counters(Tick):
    """The current period, and the number of open websockets, which `take` does not reset."""

    sockets: int = 0

    def take(self) -> Tick:
        """Return the counts since the last call, and reset them."""
        tick = Tick(**{name: getattr(self, name) for name in _NAMES})
        fresh = Tick()
        for name in _NAMES:
            setattr(self, name, getattr(fresh, name))
        return tick
