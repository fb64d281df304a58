"""A row of the table: a goal, how it is measured, and the result."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from tests.browser.browser_session import BrowserSession


@dataclass(frozen=True)
class Result:
    """A measured figure, whether it meets the goal, and details if it does not."""

    figure: str
    is_met: bool
    faults: Sequence[str] = field(default=())


@dataclass(frozen=True)
class Row:
    """A goal, and the function that measures it."""

    name: str
    what: str
    goal: str
    measure: Callable[[BrowserSession], Awaitable[Result]]


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]


def median(values: Sequence[float]) -> float:
    """Return the median; of two middle values, the higher."""
    return sorted(values)[len(values) // 2]
