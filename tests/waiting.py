"""Waits for a state for as long as a machine may take that does much else.

A test that gives up after a number of tries, or sooner, fails where a machine is slow.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

LONGEST_S = 60.0
BETWEEN_S = 0.02
SLOW_MACHINE_S = 15.0
"""By how much longer than is promised something may take where a machine does much else.

What the promise rests on, such as an interval, is tested with a clock that is passed in.
"""

T = TypeVar("T")


async def until(find: Callable[[], Awaitable[T]]) -> T:
    """Return what *find* returns, as soon as that is true.

    Raises `TimeoutError` if it stays false for LONGEST_S.
    """
    async with asyncio.timeout(LONGEST_S):
        while not (found := await find()):  # noqa: ASYNC110 - it is in another process
            await asyncio.sleep(BETWEEN_S)
    return found


async def wait_until(holds: Callable[[], bool]) -> None:
    """Return as soon as *holds* does; otherwise as `until`."""
    async with asyncio.timeout(LONGEST_S):
        while not holds():  # noqa: ASYNC110 - no event tells it
            await asyncio.sleep(BETWEEN_S)
