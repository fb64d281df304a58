"""An event loop with simulated time.

Its clock stands still while there is something to do. When only timers are left, the clock jumps to
the next one. So after ``await passes(5)``, all that is due in five seconds has happened: in order,
each at its own ``loop.time()``, and without waiting. A test that waits for something that never
happens hangs, as on any loop, until pytest-timeout ends it.

Every test in this folder runs on this loop (`conftest.py`).
"""

import asyncio
from collections.abc import Callable
from contextvars import Context
from selectors import DefaultSelector, SelectorKey
from typing import TypeVarTuple

from tests.live.fakes import FakeClock

Ts = TypeVarTuple("Ts")

TURNS = 8
"""How many turns of the loop a chain of callbacks may take."""


class _Jumping(DefaultSelector):
    """A selector that waits for files only if there is no timer."""

    jump: Callable[[float], None]

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        """Return the ready files; if there are none, advance the clock by *timeout*."""
        ready = super().select(0 if timeout else timeout)
        if timeout and not ready:
            self.jump(timeout)
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock starts at 0 and jumps from timer to timer."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self._timers: list[asyncio.TimerHandle] = []
        selector = _Jumping()
        selector.jump = self._jump
        super().__init__(selector)

    def time(self) -> float:
        """Return the simulated time in seconds."""
        return self._now_s

    def call_at(
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Remember every timer."""
        timer = super().call_at(when, callback, *args, context=context)
        self._timers.append(timer)
        return timer

    @property
    def timers(self) -> list[float]:
        """Return the times of the timers that are still to run."""
        left = [timer for timer in self._timers if not timer.cancelled()]
        return sorted(timer.when() for timer in left if timer.when() > self._now_s)

    def _jump(self, seconds: float) -> None:
        self._now_s += seconds


class LoopClock(FakeClock):
    """The clocks of the shop, driven by the loop's."""

    def now_s(self) -> float:
        self.passed_s = asyncio.get_running_loop().time()
        return super().now_s()

    def steady_s(self) -> float:
        self.passed_s = asyncio.get_running_loop().time()
        return super().steady_s()


def timers() -> list[float]:
    """Return the times of the timers of the running loop that are still to run."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, JumpingLoop)
    return loop.timers


async def soon() -> None:
    """Run everything that is ready."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


async def passes(seconds: float) -> None:
    """Advance the clock, and run everything that is due meanwhile."""
    await asyncio.sleep(seconds)
    await soon()
