"""The time of a shift, by a clock that a test moves."""

from app.load.plan import Plan
from app.load.run_context import RunContext


class Clock:
    """Tells what it was set to."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def run(clock: Clock, seconds: float = 4) -> RunContext:
    return RunContext(Plan(seconds=seconds), (), lambda: 0.5, str, clock)


def test_it_goes_on_until_its_time_is_over() -> None:
    clock = Clock()
    ours = run(clock)
    assert ours.goes_on

    ours.begin()
    assert ours.middle_s == 102
    clock.now_s = 103.9
    assert ours.goes_on
    clock.now_s = 104
    assert not ours.goes_on


def test_it_is_over_when_all_is_asked_that_may_be() -> None:
    ours = run(Clock())
    ours.left = 0

    assert not ours.goes_on


async def test_nobody_waits_beyond_its_end() -> None:
    ours = run(Clock())
    ours.is_over = True

    await ours.wait(3600)
