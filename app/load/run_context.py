"""The time that shoppers have, and what they share while it lasts."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.domain.catalog import Sku
from app.load.counters import Counters
from app.load.plan import Plan

LONGEST_NAP_S = 0.5


@dataclass(slots=True)
class RunContext:
    """One process's part of a test: its plan, what is on the shelf, and when it is over."""

    plan: Plan
    skus: Sequence[Sku]
    chance: Callable[[], float]
    new_name: Callable[[], str]
    clock: Callable[[], float]
    counters: Counters = field(default_factory=Counters)
    is_over: bool = False
    ends_s: float = float("inf")
    left: float = float("inf")
    """How many ops may still be asked for."""

    def begin(self) -> None:
        """Let the time run, now that everybody is there."""
        self.ends_s = self.now_s() + self.plan.seconds

    def now_s(self) -> float:
        """Return the time, finer than the event loop tells it."""
        return self.clock()

    @property
    def middle_s(self) -> float:
        """Return when half of the time is over."""
        return self.ends_s - self.plan.seconds / 2

    @property
    def goes_on(self) -> bool:
        """Say whether another op may be asked for."""
        return not self.is_over and self.left > 0 and self.now_s() < self.ends_s

    async def wait_until(self, at_s: float) -> None:
        """Wait until then, or until the shift is over."""
        while self.goes_on and (left_s := at_s - self.now_s()) > 0:  # noqa: ASYNC110 - and time
            await asyncio.sleep(min(left_s, LONGEST_NAP_S))

    async def wait(self, seconds: float) -> None:
        """Wait so long, or until the shift is over."""
        await self.wait_until(self.now_s() + seconds)
