"""The shop's own command, which also writes its number of tasks to TASKS_FILE at SIGUSR1.

TASKS_FILE=… python -m tests.wire_proof.watched_shop run
"""

import asyncio
import os
import signal
from pathlib import Path

from app.cli.main import main


def _count_tasks(*_: object) -> None:
    tasks = Path(os.environ["TASKS_FILE"])
    tasks.with_suffix(".new").write_text(str(len(asyncio.all_tasks())))
    tasks.with_suffix(".new").rename(tasks)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, _count_tasks)
    main()
