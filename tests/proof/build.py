"""A test build of the shop: it dies where it is told to, and has the bug that it is told to have.

`python -m tests.proof.build run` is `shop run` with three more settings. `SHOP_CRASH_AT=step:n`
ends the process, as kill -9 does, when it comes to a step for the n-th time. `SHOP_BUG=name`
plants a bug. `SHOP_TASKS=file` has the number of its tasks written to a file each second. The
shop itself knows none of them: it refuses them as settings that there are not, and nothing on its
ways asks for them.
"""

import asyncio
import os
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from app.cli.main import main
from app.runtime import build as runtime
from tests.proof.bugs import BUGS
from tests.proof.crashes import plant_crash
from tests.proof.graft import graft


def build() -> None:
    """Change the shop as the environment says, and run it."""
    if bug := os.environ.pop("SHOP_BUG", ""):
        BUGS[bug].plant()
    if tasks := os.environ.pop("SHOP_TASKS", ""):
        graft(runtime, "_chores", partial(_and_count, Path(tasks)))
    if crash_at := os.environ.pop("SHOP_CRASH_AT", ""):
        step, _, count = crash_at.partition(":")
        plant_crash(step, int(count))
    main()


def _and_count(file: Path, chores: Any, *args: Any) -> tuple[Coroutine[Any, Any, None], ...]:
    """Return all that runs as long as the shop is open, and one thing more."""
    return (*chores(*args), _count_tasks(file))


async def _count_tasks(file: Path) -> None:
    while True:
        file.write_text(str(len(asyncio.all_tasks())))  # noqa: ASYNC240 - a few bytes
        await asyncio.sleep(1)


if __name__ == "__main__":
    build()
