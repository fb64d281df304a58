"""What the other tests here rely on."""

import asyncio
import time

from tests.ws.clock import JumpingLoop, passes, soon, timers


async def test_time_passes_without_anybody_waiting_for_it() -> None:
    loop, began_s = asyncio.get_running_loop(), time.monotonic()

    await passes(3600)

    assert isinstance(loop, JumpingLoop)
    assert loop.time() == 3600
    assert time.monotonic() - began_s < 1


async def test_what_is_due_happens_in_order_and_each_at_its_own_time() -> None:
    loop = asyncio.get_running_loop()
    happened: list[float] = []
    for seconds in (3, 1, 2, 5):
        loop.call_later(seconds, lambda: happened.append(loop.time()))

    await passes(3)

    assert happened == [1, 2, 3]


async def test_time_stands_still_while_there_is_something_to_do() -> None:
    loop = asyncio.get_running_loop()
    happened: list[int] = []
    loop.call_later(0.001, happened.append, 1)

    for _ in range(10):
        await soon()

    assert (loop.time(), happened) == (0, [])


async def test_what_is_still_to_be_done_can_be_seen() -> None:
    loop = asyncio.get_running_loop()
    for seconds in (3, 1, 2):
        loop.call_later(seconds, str)
    loop.call_later(4, str).cancel()
    assert timers() == [1, 2, 3]

    await passes(2)

    assert timers() == [3]


async def test_what_comes_from_another_thread_is_waited_for() -> None:
    assert await asyncio.to_thread(lambda: 7) == 7
