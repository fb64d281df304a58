"""A thread that runs jobs one after the other, for the event loop."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


class JobThread:
    """Runs each job to its end, even if the task that waits for it is cancelled.

    In place of an executor: the locks and two futures that it needs for each job cost more than a
    transaction with one cart. Here that is one queue, and one callback on the way back.
    """

    def __init__(self, name: str):
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._is_closed = False
        self._unsettled = 0
        self._thread = Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    @property
    def is_idle(self) -> bool:
        """Say whether no job is running or waiting; for the event loop."""
        return not self._unsettled

    def run(self, job: Callable[[], T]) -> asyncio.Future[T]:
        """Have *job* run after those before it; return its result."""
        if self._is_closed:
            raise RuntimeError("no jobs can be submitted after closing")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._unsettled += 1
        self._jobs.put(lambda: self._run(job, loop, done))
        return done

    def close(self) -> None:
        """Finish the jobs that were submitted, and end the thread."""
        self._is_closed = True
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        while run := self._jobs.get():
            run()
            del run  # a job has a whole batch of carts, and the next one may be long in coming

    def _run(
        self, job: Callable[[], Any], loop: asyncio.AbstractEventLoop, done: asyncio.Future[Any]
    ) -> None:
        settle: Callable[[Any], None]
        outcome: Any
        try:
            settle, outcome = done.set_result, job()
        except BaseException as error:  # noqa: BLE001 - it belongs to the task that waits
            settle, outcome = done.set_exception, error
        with suppress(RuntimeError):  # the loop was closed before the job was done
            loop.call_soon_threadsafe(self._settle, done, settle, outcome)

    def _settle(
        self, done: asyncio.Future[Any], settle: Callable[[Any], None], outcome: Any
    ) -> None:
        self._unsettled -= 1
        if not done.cancelled():
            settle(outcome)
