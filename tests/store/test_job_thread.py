"""Jobs run one after the other in a thread of their own."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from app.store.job_thread import JobThread


@pytest.fixture
def thread() -> Iterator[JobThread]:
    """Return a thread that ends with the test."""
    thread = JobThread("jobs")
    yield thread
    thread.close()


def fail() -> None:
    """Raise an error."""
    raise ZeroDivisionError


async def test_a_job_runs_in_the_named_thread_and_its_result_comes_back(
    thread: JobThread,
) -> None:
    assert await thread.run(lambda: threading.current_thread().name) == "jobs"


async def test_jobs_run_in_order_of_submission(thread: JobThread) -> None:
    done: list[int] = []

    await asyncio.gather(*(thread.run(lambda n=n: done.append(n)) for n in range(9)))  # type: ignore[misc]

    assert done == [*range(9)]


async def test_an_error_reaches_the_task_that_waits_and_the_thread_goes_on(
    thread: JobThread,
) -> None:
    with pytest.raises(ZeroDivisionError):
        await thread.run(fail)

    assert await thread.run(lambda: "still here") == "still here"


async def test_a_job_whose_task_was_cancelled_runs_to_its_end(thread: JobThread) -> None:
    may_end, done = threading.Event(), []
    waiting = asyncio.ensure_future(thread.run(lambda: done.append(may_end.wait())))
    await asyncio.sleep(0)

    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    may_end.set()

    assert await thread.run(lambda: done) == [True]


def test_a_job_that_outlives_its_loop_does_not_end_the_thread(thread: JobThread) -> None:
    may_end = threading.Event()

    async def submit() -> None:
        assert not thread.run(may_end.wait).done()

    asyncio.run(submit())
    may_end.set()

    async def submit_again() -> str:
        return await thread.run(lambda: "still here")

    assert asyncio.run(submit_again()) == "still here"


async def test_closing_finishes_what_was_submitted_and_takes_no_more() -> None:
    thread = JobThread("jobs")
    submitted = [thread.run(lambda n=n: n) for n in range(3)]  # type: ignore[misc]

    thread.close()

    assert await asyncio.gather(*submitted) == [0, 1, 2]
    with pytest.raises(RuntimeError):
        _ = thread.run(fail)
