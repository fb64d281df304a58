"""The simulated clock of these tests."""

import asyncio
import time

from tests.ws.clock import JumpingLoop, passes, soon, timers


async def test_simulated_time_passes_without_real_waiting() -> None:
    loop, began_s = asyncio.get_running_loop(), time.monotonic()

    await passes(3600)

    assert isinstance(loop, JumpingLoop)
    assert loop.time() == 3600
    assert time.monotonic() - began_s < 1


async def test_timers_run_in_order_and_each_at_its_own_time() -> None:
    loop = asyncio.get_running_loop()
    happened: list[float] = []
    for seconds in (3, 1, 2, 5):
        loop.call_later(seconds, lambda: happened.append(loop.time()))

    await passes(3)

    assert happened == [1, 2, 3]


async def test_time_does_not_advance_while_callbacks_are_ready() -> None:
    loop = asyncio.get_running_loop()
    happened: list[int] = []
    loop.call_later(0.001, happened.append, 1)

    for _ in range(10):
        await soon()

    assert (loop.time(), happened) == (0, [])


async def test_pending_timers_are_listed() -> None:
    loop = asyncio.get_running_loop()
    for seconds in (3, 1, 2):
        loop.call_later(seconds, str)
    loop.call_later(4, str).cancel()
    assert timers() == [1, 2, 3]

    await passes(2)

    assert timers() == [3]


async def test_a_callback_from_another_thread_is_awaited() -> None:
    assert await asyncio.to_thread(lambda: 7) == 7
