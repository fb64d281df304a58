"""A row of the table: a goal, and how it is seen whether it is reached."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from tests.browser.stage import Stage


@dataclass(frozen=True)
class Seen:
    """A figure, whether it reaches the goal, and what is to be known where it does not."""

    figure: str
    is_met: bool
    faults: Sequence[str] = field(default=())


@dataclass(frozen=True)
class Row:
    """What is measured, the goal, and the measuring."""

    name: str
    what: str
    goal: str
    measure: Callable[[Stage], Awaitable[Seen]]


def p95(values: Sequence[float]) -> float:
    """Return what 95 of 100 values do not exceed."""
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]


def median(values: Sequence[float]) -> float:
    """Return the value in the middle; of two, the higher."""
    return sorted(values)[len(values) // 2]
