"""An event loop on which time passes without anybody waiting for it.

While there is something to do, its clock stands still. When there is nothing left but timers, the
clock jumps to the next one. So a test may write ``await passes(5)``, and all that is due in the
next five seconds happens: in order, at its own time by ``loop.time()``, and at once. A test that
waits for what never comes hangs, as on any loop, and pytest-timeout ends it.

The loop is the one that every test in this folder runs on (`conftest.py`).
"""

import asyncio
from collections.abc import Callable
from contextvars import Context
from selectors import DefaultSelector, SelectorKey
from typing import TypeVarTuple

from tests.live.fakes import FakeClock

Ts = TypeVarTuple("Ts")

TURNS = 8
"""So often something can make something else happen before nothing is left to do."""


class _Jumping(DefaultSelector):
    """Waits for files only if there is no timer to wait for."""

    jump: Callable[[float], None]

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        """Return what can be read or written; if there is nothing, jump over *timeout*."""
        ready = super().select(0 if timeout else timeout)
        if timeout and not ready:
            self.jump(timeout)
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    """A loop whose clock starts at 0 and jumps from timer to timer."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self._timers: list[asyncio.TimerHandle] = []
        selector = _Jumping()
        selector.jump = self._jump
        super().__init__(selector)

    def time(self) -> float:
        """Return how many seconds have been jumped over."""
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
        """Return for which times something is still to be done."""
        left = [timer for timer in self._timers if not timer.cancelled()]
        return sorted(timer.when() for timer in left if timer.when() > self._now_s)

    def _jump(self, seconds: float) -> None:
        self._now_s += seconds


class LoopClock(FakeClock):
    """The clocks of the shop, going as the loop's does."""

    def now_s(self) -> float:
        self.passed_s = asyncio.get_running_loop().time()
        return super().now_s()

    def steady_s(self) -> float:
        self.passed_s = asyncio.get_running_loop().time()
        return super().steady_s()


def timers() -> list[float]:
    """Return for which times something is still to be done on the running loop."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, JumpingLoop)
    return loop.timers


async def soon() -> None:
    """Let everything happen that can happen now."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


async def passes(seconds: float) -> None:
    """Let so many seconds pass, with everything that is due in them."""
    await asyncio.sleep(seconds)
    await soon()
