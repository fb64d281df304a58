"""When a run ends, by a clock that the test sets."""

from app.load.plan import Plan
from app.load.run_context import RunContext


class Clock:
    """A clock that returns `now_s`."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def run(clock: Clock, seconds: float = 4) -> RunContext:
    return RunContext(Plan(seconds=seconds), (), lambda: 0.5, str, clock)


def test_a_run_ends_after_its_seconds() -> None:
    clock = Clock()
    context = run(clock)
    assert context.is_running

    context.begin()
    assert context.middle_s == 102
    clock.now_s = 103.9
    assert context.is_running
    clock.now_s = 104
    assert not context.is_running


def test_a_run_ends_after_its_maximum_of_ops() -> None:
    context = run(Clock())
    context.ops_left = 0

    assert not context.is_running


async def test_waiting_ends_with_the_run() -> None:
    context = run(Clock())
    context.is_over = True

    await context.wait(3600)
