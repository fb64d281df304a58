"""A server whose memory, open files and tasks can be read."""

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
"""Longer than anything in the shop is kept for a socket that has gone."""
TRIES = 30
LOOK_AGAIN_S, LOOKS = 0.05, 400


class Holdings(NamedTuple):
    """What a process holds now."""

    memory_kib: int
    files: int
    tasks: int


class WatchedServer(Server):
    """A server that reports how many tasks it has."""

    def __init__(self, home: Path, **settings: object):
        super().__init__(home, None, **settings)
        self._tasks = home / "tasks"
        self.environment["TASKS_FILE"] = str(self._tasks)

    def begin(self) -> None:
        """Start a process, and do not wait until it is ready."""
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
        """Return the resident memory."""
        return cost(self.running.pid).memory_kib

    async def holdings(self) -> Holdings:
        """Return what the server holds now."""
        self._tasks.unlink(missing_ok=True)
        self.send_signal(signal.SIGUSR1)
        await asyncio.to_thread(self._await_count)
        return Holdings(self.memory_kib, self._files, int(self._tasks.read_text()))

    async def settled(self, before: Holdings | None = None) -> Holdings:
        """Return what is held once all that was timed is over, and is as *before*, or soon."""
        await asyncio.sleep(SETTLE_S)
        now = await self.holdings()
        for _ in range(TRIES):
            if before is None or (now.files <= before.files and now.tasks <= before.tasks):
                break
            await asyncio.sleep(1)
            now = await self.holdings()
        return now

    @property
    def _files(self) -> int:
        return len(list(Path(f"/proc/{self.running.pid}/fd").iterdir()))

    def _await_count(self) -> None:
        for _ in range(LOOKS):
            if self._tasks.exists():
                return
            time.sleep(LOOK_AGAIN_S)
        raise TimeoutError("the shop does not say how many tasks it has")
