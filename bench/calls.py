"""Counts the calls that an op makes in the shop, or measures its CPU by thread, in process.

    python -m bench.calls [--window 1] [--accounts 100] [--tabs 2] [--members 0] [--held 0]
    python -m bench.calls --cpu [--window 1] [--language zh-Hant]

Lockstep: every tab sends its ops at once, and all wait for the verdicts. The number of Python calls
does not depend on the machine: what the transport does is left out, and what the shop does every
second or ten times a second, of which there is more in an op the slower the machine is.
`tests/runtime/test_calls.py` holds the number.
"""

import argparse
import gc
import os
import sys
import threading
from collections import Counter
from pathlib import Path
from statistics import median
from types import CodeType, FrameType
from typing import Any

import uvloop

from app.runtime.tasks import keep_running
from bench import in_process
from bench.in_process import Tabs, open_tabs

ROUNDS = 10
BLOCKS = 9
ROUNDS_OF_BLOCK = 20
BESIDE = ("reader", "uvloop")
"""Threads called so do what is beside the ops: they read changes and compile templates.

The second is what the threads of `asyncio.to_thread` are called under uvloop.
"""
JOB = keep_running.__code__
"""What all jobs of the background run in; the commit loop is none of them."""
HARNESS = frozenset({__file__, in_process.__file__})
FOLDERS = (f"{Path(__file__).parents[1]}/", f"{Path(os.__file__).parent}/")
"""What names of files are shown without: the project's folder, and that of Python's library."""


class CallCounter:
    """Counts calls by function, in all threads that begin while it is installed."""

    def __init__(self) -> None:
        self.python: Counter[str] = Counter()
        self.c: Counter[str] = Counter()
        self._is_on = False
        self._depth_in_job = 0

    def install(self) -> None:
        """Profile this thread, and all that begin from now on."""
        threading.setprofile(self._profile)
        sys.setprofile(self._profile)

    def uninstall(self) -> None:
        """Profile this thread and new ones no longer."""
        threading.setprofile(None)
        sys.setprofile(None)

    async def count(self, tabs: Tabs, rounds: int) -> None:
        """Count while *tabs* send *rounds*."""
        frames = tabs.make(rounds)
        self._is_on = True
        await tabs.run(frames)
        self._is_on = False

    def _profile(self, frame: FrameType, event: str, what: Any) -> None:
        code = frame.f_code
        if not self._is_on or code.co_filename in HARNESS:
            return
        if threading.current_thread().name.startswith(BESIDE):
            return
        if self._is_of_job(code, event):
            return
        if event == "call":
            self.python[f"{_place(code.co_filename)}:{code.co_qualname}"] += 1
        elif event == "c_call":
            self.c[str(getattr(what, "__qualname__", what))] += 1

    def _is_of_job(self, code: CodeType, event: str) -> bool:
        """Follow how deep in a job the calls of this loop are; say whether they are in one."""
        if threading.current_thread() is not threading.main_thread():
            return False
        if event == "call" and (self._depth_in_job or code is JOB):
            self._depth_in_job += 1
        elif event == "return" and self._depth_in_job:
            self._depth_in_job -= 1
            return True
        return self._depth_in_job > 0


def _place(file: str) -> str:
    for folder in FOLDERS:
        file = file.removeprefix(folder)
    return file.rpartition("site-packages/")[2]


Shape = tuple[int, int, int, str, int, int]
"""Accounts, tabs of each, ops under way, the language, members of each cart, and what it holds."""


async def count(shape: Shape, shown: int) -> None:
    """Print calls an op, and the functions that are called most."""
    counter = CallCounter()
    counter.install()
    async with open_tabs(*shape) as opened:
        await counter.count(opened, ROUNDS)
        ops = ROUNDS * opened.ops
    counter.uninstall()
    python, c = counter.python.total() / ops, counter.c.total() / ops
    print(f"{python:.1f} Python calls an op, and {c:.1f} of C\n")
    for calls in (counter.python, counter.c):
        for name, times in calls.most_common(shown):
            print(f"{times / ops:7.2f} {name}")
        print()


async def measure(shape: Shape) -> None:
    """Print the CPU of an op by thread: medians of blocks, in microseconds."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    async with open_tabs(*shape) as opened:
        blocks = [await _cost(opened) for _ in range(BLOCKS)]
    names = {name for block in blocks for name in block}
    print(f"{median(sum(block.values()) for block in blocks):.1f} µs of CPU an op, and by thread:")
    for name in sorted(names):
        print(f"{median(block.get(name, 0.0) for block in blocks):7.1f} {name}")


async def _cost(tabs: Tabs) -> dict[str, float]:
    """Return the CPU of each thread for an op, in microseconds."""
    frames = tabs.make(ROUNDS_OF_BLOCK)
    gc.collect()
    before = _cpu_ns()
    await tabs.run(frames)
    after, ops = _cpu_ns(), ROUNDS_OF_BLOCK * tabs.ops
    return {name: (spent - before.get(name, 0)) / ops / 1000 for name, spent in after.items()}


def _cpu_ns() -> dict[str, int]:
    """Return the CPU that each thread has used so far (Linux: /proc)."""
    return {
        thread.name: int(
            Path(f"/proc/self/task/{thread.native_id}/schedstat").read_text().split()[0]
        )
        for thread in threading.enumerate()
    }


def main() -> None:
    """Count or measure, as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=100)
    parser.add_argument("--tabs", type=int, default=2)
    parser.add_argument("--members", type=int, default=0, help="who share each cart")
    parser.add_argument("--held", type=int, default=0, help="of ten products, so many are held")
    parser.add_argument("--window", type=int, default=1)
    parser.add_argument("--language", default="en", help="what all tabs speak")
    parser.add_argument("--shown", type=int, default=60, help="functions that are shown")
    parser.add_argument("--cpu", action="store_true", help="measure CPU instead")
    given = parser.parse_args()
    carts = (given.members, given.held)
    shape = (given.accounts, given.tabs, given.window, given.language, *carts)
    if given.cpu:
        uvloop.run(measure(shape))
    else:
        uvloop.run(count(shape, given.shown))


if __name__ == "__main__":
    main()
