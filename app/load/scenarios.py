"""How shoppers spend their shift."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import suppress
from typing import Final

from app.client import OutboxFull, Stopped
from app.client.encode import ClientOp
from app.load.chaos import make_trouble
from app.load.http_driver import Post
from app.load.op_mix import filling, hammer_wishes, shopping_wishes
from app.load.plan import Scenario
from app.load.run_context import RunContext
from app.load.shopper import TROUBLE, Shopper

MEAN_THOUGHT_S: Final = 0.5
PROBE_S: Final = 0.1
GENTLE_S: Final = 0.5
COUNTED: Final = 10
"""Ops that the shop counts its queries for."""

Spending = Coroutine[None, None, None]


async def spend(shopper: Shopper) -> None:
    """Spend the shift as its plan says; a tab that stops for good is found by the checks."""
    plan = shopper.run.plan
    async with asyncio.TaskGroup() as group:
        group.create_task(_quietly(_SCENARIOS[plan.scenario](shopper)))
        if plan.is_chaotic and shopper.tabs:
            group.create_task(make_trouble(shopper))


def tabs_of(shopper: Shopper) -> int:
    """Return how many tabs the scenario wants from the start."""
    plan = shopper.run.plan
    return 0 if plan.scenario is Scenario.HTTP else plan.tabs


async def _quietly(spending: Spending) -> None:
    with suppress(Stopped):
        await spending


async def _shopping(shopper: Shopper) -> None:
    """Do as people do, with time to think; or at a rate."""
    run = shopper.run
    wishes = shopping_wishes(run.skus, shopper.checker, run.chance)
    if run.plan.rate:
        await _at_a_rate(shopper, wishes)
    else:
        async for since_s in _after_thought(run):
            await shopper.ask(next(wishes), since_s)
    await _count_queries(shopper, lambda: shopper.ask(next(wishes), run.now_s()))


async def _hammer(shopper: Shopper) -> None:
    """Ask again as soon as there is an answer; or at a rate."""
    wishes = hammer_wishes(shopper.run.skus)
    if shopper.run.plan.rate:
        await _at_a_rate(shopper, wishes)
        return
    hands = (_one_after_another(shopper, wishes) for _ in range(shopper.run.plan.window))
    await asyncio.gather(*hands)


async def _idle(shopper: Shopper) -> None:
    """Fill the cart and hold still; the first account of a process asks now and then."""
    run, wishes = shopper.run, hammer_wishes(shopper.run.skus)
    for wish in filling(run.skus):
        await shopper.ask(wish, run.now_s())
    while run.goes_on:
        await run.wait(PROBE_S)
        if shopper.is_first and run.goes_on:
            await shopper.ask(next(wishes), run.now_s())


async def _storm(shopper: Shopper) -> None:
    """Go on gently, while in the middle of the shift all lines of everybody are cut at once."""
    await asyncio.gather(_gently(shopper), _cut_all(shopper))


async def _reconnect(shopper: Shopper) -> None:
    """Open a tab, ask for one thing, close it, all over again."""
    run, wishes = shopper.run, hammer_wishes(shopper.run.skus)
    while run.goes_on:
        await shopper.tabs.pop(0).close()
        shopper.tabs.append(await shopper.open_tab())
        await shopper.ask_in(shopper.tabs[-1], next(wishes), run.now_s())


async def _http(shopper: Shopper) -> None:
    """Shop without a socket: each op is a request of its own."""
    run, post = shopper.run, Post(shopper)
    wishes = shopping_wishes(run.skus, shopper.checker, run.chance)
    moments = _due(run) if run.plan.rate else _after_thought(run)
    async for since_s in moments:
        await post.ask(next(wishes), since_s)
    await _count_queries(shopper, lambda: post.ask(next(wishes), run.now_s()))


_SCENARIOS: Final[Mapping[Scenario, Callable[[Shopper], Spending]]] = {
    Scenario.SHOPPING: _shopping,
    Scenario.HAMMER: _hammer,
    Scenario.IDLE: _idle,
    Scenario.STORM: _storm,
    Scenario.RECONNECT: _reconnect,
    Scenario.HTTP: _http,
}


async def _count_queries(shopper: Shopper, ask: Callable[[], Awaitable[object]]) -> None:
    """Have the shop count for a few ops of one account, once the others have stopped."""
    if not shopper.is_first:
        return
    with suppress(*TROUBLE):  # It is no promise that a shop counts.
        await shopper.account.start_query_count()
        for _ in range(COUNTED):
            await ask()
        counters, queries = shopper.run.counters, await shopper.account.finish_query_count()
        counters.counted, counters.queries = counters.counted + COUNTED, counters.queries + queries


async def _one_after_another(shopper: Shopper, wishes: Iterator[ClientOp]) -> None:
    run = shopper.run
    while run.goes_on:
        await shopper.ask(next(wishes), run.now_s())


async def _at_a_rate(shopper: Shopper, wishes: Iterator[ClientOp]) -> None:
    """Ask when it is time, answered or not; what goes out late counts from when it should have."""
    async for due_s in _due(shopper.run):
        try:
            _ = shopper.ask(next(wishes), due_s)
        except OutboxFull:
            shopper.run.counters.unasked += 1


async def _gently(shopper: Shopper) -> None:
    run, wishes = shopper.run, hammer_wishes(shopper.run.skus)
    while run.goes_on:
        _ = shopper.ask(next(wishes), run.now_s())
        await run.wait(GENTLE_S)


async def _cut_all(shopper: Shopper) -> None:
    run = shopper.run
    while run.goes_on and run.now_s() < run.middle_s:
        await run.wait_until(min(run.middle_s, run.now_s() + PROBE_S))
    for tab in shopper.tabs:
        tab.drop()


async def _due(run: RunContext) -> AsyncIterator[float]:
    """Yield when an op is due, once it is; however late that is noticed."""
    due_s = run.now_s() + run.chance() * run.plan.interval_s
    while run.goes_on:
        await run.wait_until(due_s)
        if run.goes_on:
            yield due_s
        due_s += run.plan.interval_s


async def _after_thought(run: RunContext) -> AsyncIterator[float]:
    while run.goes_on:
        await run.wait(2 * MEAN_THOUGHT_S * run.chance())
        if run.goes_on:
            yield run.now_s()
