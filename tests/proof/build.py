"""A test build of the shop: it can be made to crash at a given step, and to have a given bug.

`python -m tests.proof.build run` is `shop run` with three more settings. `SHOP_CRASH_AT=step:n`
ends the process, as kill -9 does, when it reaches a step for the n-th time. `SHOP_BUG=name`
plants a bug. `SHOP_TASKS=file` has the number of asyncio tasks written to a file each second. The
shop itself has no code for them, and refuses them as unknown settings.
"""

import asyncio
import os
from functools import partial
from pathlib import Path
from typing import Any

from app.cli.main import main
from app.runtime import build as runtime
from app.runtime.tasks import Job
from tests.proof.bugs import BUGS
from tests.proof.crashes import plant_crash
from tests.proof.graft import graft
from tests.proof.hold_bugs import HOLD_BUGS
from tests.proof.household_bugs import HOUSEHOLD_BUGS
from tests.proof.payment_crashes import PAYMENT_BUGS
from tests.proof.waitlist_bugs import WAITLIST_BUGS


def build() -> None:
    """Plant the bug, task counter and crash that the environment names, and run the shop."""
    if bug := os.environ.pop("SHOP_BUG", ""):
        bugs = {**BUGS, **HOLD_BUGS, **HOUSEHOLD_BUGS, **WAITLIST_BUGS}
        plant = PAYMENT_BUGS.get(bug) or bugs[bug].plant
        plant()
    if tasks := os.environ.pop("SHOP_TASKS", ""):
        graft(runtime, "server_jobs", partial(_and_count, Path(tasks)))
    if crash_at := os.environ.pop("SHOP_CRASH_AT", ""):
        step, _, count = crash_at.partition(":")
        plant_crash(step, int(count))
    main()


def _and_count(file: Path, jobs_of: Any, *args: Any) -> tuple[Job, ...]:
    """Return the background jobs of the shop, and one that writes the number of tasks to *file*."""

    async def count_tasks() -> None:
        file.write_text(str(len(asyncio.all_tasks())))  # noqa: ASYNC240 - a few bytes

    return (*jobs_of(*args), Job(count_tasks, every_s=1))


if __name__ == "__main__":
    build()
