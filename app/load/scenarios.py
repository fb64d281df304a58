"""The scenarios: what a shopper does until the run ends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import suppress
from typing import Final

from app.client import OutboxFull, Stopped
from app.domain.ops import ClientOp
from app.load.chaos import inject_faults
from app.load.coming_and_going import come_and_go
from app.load.helping import Helping
from app.load.http_driver import HttpDriver
from app.load.op_mix import filling_ops, hammer_ops, scarce_op, shopping_ops
from app.load.plan import Scenario
from app.load.run_context import RunContext
from app.load.shopper import REQUEST_ERRORS, Shopper
from app.load.waiting import Waiting

MEAN_THINK_TIME_S: Final = 0.5
PROBE_S: Final = 0.1
LEAVING: Final = 0.02
"""How often who fights for what is scarce is gone for a moment."""
SLOW_LOOP_S: Final = 0.5
COUNTED: Final = 10
"""Ops for which the server counts its database queries."""

Steps = Coroutine[None, None, None]


async def run_scenario(shopper: Shopper) -> None:
    """Run the plan's scenario; a tab that stops for good is found by the checks."""
    plan = shopper.run.plan
    async with asyncio.TaskGroup() as group:
        group.create_task(_until_stopped(_SCENARIOS[plan.scenario](shopper)))
        if plan.household > 1:
            group.create_task(_until_stopped(come_and_go(shopper)))
        if plan.is_chaotic and shopper.tabs:
            group.create_task(inject_faults(shopper))


def initial_tabs(shopper: Shopper) -> int:
    """Return how many tabs the scenario opens at the start."""
    plan = shopper.run.plan
    return 0 if plan.scenario is Scenario.HTTP else plan.tabs


async def _until_stopped(steps: Steps) -> None:
    with suppress(Stopped):
        await steps


async def _shopping(shopper: Shopper) -> None:
    """Submit a realistic mix with think times, or at a fixed rate."""
    run = shopper.run
    ops = shopping_ops(run.skus, shopper.checker, run.chance)
    if run.plan.rate:
        await _open_loop(shopper, ops)
    else:
        async for since_s in _think_times(run):
            await shopper.submit(next(ops), since_s)
    await _count_queries(shopper, lambda: shopper.submit(next(ops), run.now_s()))


async def _hammer(shopper: Shopper) -> None:
    """Submit the next op as soon as there is a verdict, or at a fixed rate."""
    ops = hammer_ops(shopper.run.skus)
    if shopper.run.plan.rate:
        await _open_loop(shopper, ops)
        return
    loops = (_closed_loop(shopper, ops) for _ in range(shopper.run.plan.window))
    await asyncio.gather(*loops)


async def _idle(shopper: Shopper) -> None:
    """Fill the cart and stay idle; only the first account of each process submits ops."""
    run, ops = shopper.run, hammer_ops(shopper.run.skus)
    for op in filling_ops(run.skus):
        await shopper.submit(op, run.now_s())
    while run.is_running:
        await run.wait(PROBE_S)
        if shopper.is_first and run.is_running:
            await shopper.submit(next(ops), run.now_s())


async def _storm(shopper: Shopper) -> None:
    """Submit slowly, and drop all connections at once in the middle of the run."""
    await asyncio.gather(_slow_loop(shopper), _drop_all(shopper))


async def _reconnect(shopper: Shopper) -> None:
    """Open a tab, submit one op, close it, and repeat."""
    run, ops = shopper.run, hammer_ops(shopper.run.skus)
    while run.is_running:
        await shopper.tabs.pop(0).close()
        shopper.tabs.append(await shopper.open_tab())
        await shopper.submit_in(shopper.tabs[-1], next(ops), run.now_s())


async def _http(shopper: Shopper) -> None:
    """Shop over HTTP: each op is a request."""
    run, driver = shopper.run, HttpDriver(shopper)
    ops = shopping_ops(run.skus, shopper.checker, run.chance)
    times = _due_times(run) if run.plan.rate else _think_times(run)
    async for since_s in times:
        await driver.submit(next(ops), since_s)
    await _count_queries(shopper, lambda: driver.submit(next(ops), run.now_s()))


async def _holds(shopper: Shopper) -> None:
    """Put into the cart what is scarce, give it back, and cut all connections now and then."""
    run = shopper.run
    async for since_s in _think_times(run):
        if run.chance() < LEAVING:
            for tab in shopper.tabs:
                tab.drop()
        await shopper.submit(scarce_op(run.skus, run.chance), since_s)


async def _queue(shopper: Shopper) -> None:
    """Wait for what is sold out, take what is offered, and give it back some time."""
    waiting = Waiting(shopper)
    async for since_s in _think_times(shopper.run):
        await waiting.take_turn(since_s)
    await waiting.leave()


async def _help(shopper: Shopper) -> None:
    """Ask for help, be helped, and end it, again and again."""
    helping = Helping(shopper)
    async for _since_s in _think_times(shopper.run):
        await helping.take_turn()


_SCENARIOS: Final[Mapping[Scenario, Callable[[Shopper], Steps]]] = {
    Scenario.SHOPPING: _shopping,
    Scenario.HAMMER: _hammer,
    Scenario.IDLE: _idle,
    Scenario.STORM: _storm,
    Scenario.RECONNECT: _reconnect,
    Scenario.HTTP: _http,
    Scenario.EVENTS: _shopping,
    Scenario.HOLDS: _holds,
    Scenario.QUEUE: _queue,
    Scenario.HELP: _help,
}


async def _count_queries(shopper: Shopper, submit: Callable[[], Awaitable[object]]) -> None:
    """Have the server count its queries for a few ops, once other accounts have stopped."""
    if not shopper.is_first:
        return
    with suppress(*REQUEST_ERRORS):  # A server need not count queries.
        await shopper.account.start_query_count()
        for _ in range(COUNTED):
            await submit()
        counters, queries = shopper.run.counters, await shopper.account.finish_query_count()
        counters.counted, counters.queries = counters.counted + COUNTED, counters.queries + queries


async def _closed_loop(shopper: Shopper, ops: Iterator[ClientOp]) -> None:
    run = shopper.run
    while run.is_running:
        await shopper.submit(next(ops), run.now_s())


async def _open_loop(shopper: Shopper, ops: Iterator[ClientOp]) -> None:
    """Submit when an op is due, whether or not earlier ones were answered.

    Latency counts from when an op was due, which avoids coordinated omission.
    """
    async for due_s in _due_times(shopper.run):
        try:
            _ = shopper.submit(next(ops), due_s)
        except OutboxFull:
            shopper.run.counters.not_submitted += 1


async def _slow_loop(shopper: Shopper) -> None:
    run, ops = shopper.run, hammer_ops(shopper.run.skus)
    while run.is_running:
        _ = shopper.submit(next(ops), run.now_s())
        await run.wait(SLOW_LOOP_S)


async def _drop_all(shopper: Shopper) -> None:
    run = shopper.run
    while run.is_running and run.now_s() < run.middle_s:
        await run.wait_until(min(run.middle_s, run.now_s() + PROBE_S))
    for tab in shopper.tabs:
        tab.drop()


async def _due_times(run: RunContext) -> AsyncIterator[float]:
    """Yield each due time when it has come, even if that is noticed late."""
    due_s = run.now_s() + run.chance() * run.plan.interval_s
    while run.is_running:
        await run.wait_until(due_s)
        if run.is_running:
            yield due_s
        due_s += run.plan.interval_s


async def _think_times(run: RunContext) -> AsyncIterator[float]:
    while run.is_running:
        await run.wait(2 * MEAN_THINK_TIME_S * run.chance())
        if run.is_running:
            yield run.now_s()
