"""What the shoppers of one worker process share: plan, clock, randomness and counters."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.domain.catalog import Sku
from app.load.counters import Counters
from app.load.plan import Plan

MAX_SLEEP_S = 0.5


@dataclass(slots=True)
class RunContext:
    """The context of a run in one worker process, and when the run ends."""

    plan: Plan
    skus: Sequence[Sku]
    chance: Callable[[], float]
    new_name: Callable[[], str]
    clock: Callable[[], float]
    counters: Counters = field(default_factory=Counters)
    is_over: bool = False
    ends_s: float = float("inf")
    ops_left: float = float("inf")
    """How many ops may still be submitted."""

    def begin(self) -> None:
        """Start the clock, when all accounts have arrived."""
        self.ends_s = self.now_s() + self.plan.seconds

    def now_s(self) -> float:
        """Return the time in seconds, finer than the event loop's."""
        return self.clock()

    @property
    def middle_s(self) -> float:
        """The middle of the run."""
        return self.ends_s - self.plan.seconds / 2

    @property
    def is_running(self) -> bool:
        """Whether another op may be submitted."""
        return not self.is_over and self.ops_left > 0 and self.now_s() < self.ends_s

    async def wait_until(self, at_s: float) -> None:
        """Wait until *at_s*, or until the run ends."""
        while self.is_running and (left_s := at_s - self.now_s()) > 0:  # noqa: ASYNC110 - and time
            await asyncio.sleep(min(left_s, MAX_SLEEP_S))

    async def wait(self, seconds: float) -> None:
        """Wait for *seconds*, or until the run ends."""
        await self.wait_until(self.now_s() + seconds)
