"""A server whose memory, open files and tasks can be measured."""

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from app.load.server import cost
from tests.e2e.server import ROOT, Server

SETTLE_S = 6.0
"""Longer than the shop keeps any state of a closed websocket."""
TRIES = 30
POLL_S, POLLS = 0.05, 1200


class Resources(NamedTuple):
    """The resources that a process uses at one moment."""

    memory_kib: int
    files: int
    tasks: int


class MeasuredServer(Server):
    """A server process that reports its number of tasks."""

    def __init__(self, home: Path, **settings: object):
        super().__init__(home, None, **settings)
        self._tasks = home / "tasks"
        self.environment["TASKS_FILE"] = str(self._tasks)

    def begin(self) -> None:
        """Start the process, without waiting until it is ready."""
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.wire_proof.watched_shop", "run"],
                cwd=ROOT,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    @property
    def memory_kib(self) -> int:
        """The resident memory."""
        return cost(self.running.pid).memory_kib

    async def resources(self) -> Resources:
        """Return the resources that the server uses now."""
        self._tasks.unlink(missing_ok=True)
        self.send_signal(signal.SIGUSR1)
        await asyncio.to_thread(self._wait_for_count)
        return Resources(self.memory_kib, self._files, int(self._tasks.read_text()))

    async def settled_resources(self, before: Resources | None = None) -> Resources:
        """Return the resources after all timeouts, and once files and tasks are at most *before*'s.

        Gives up after TRIES seconds, and returns the last measurement.
        """
        await asyncio.sleep(SETTLE_S)
        now = await self.resources()
        for _ in range(TRIES):
            if before is None or (now.files <= before.files and now.tasks <= before.tasks):
                break
            await asyncio.sleep(1)
            now = await self.resources()
        return now

    @property
    def _files(self) -> int:
        return len(list(Path(f"/proc/{self.running.pid}/fd").iterdir()))

    def _wait_for_count(self) -> None:
        for _ in range(POLLS):
            if self._tasks.exists():
                return
            time.sleep(POLL_S)
        raise TimeoutError("the shop did not report its number of tasks")
