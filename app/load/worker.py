"""A worker process: runs its share of the shoppers, and checks."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from random import Random  # noqa: TID251 - a source of chance, seeded
from time import perf_counter
from typing import Final, NamedTuple
from uuid import uuid4  # noqa: TID251 - and of names

import uvloop

from app.client import Shop, Stopped
from app.domain.catalog import Sku
from app.load.counters import Tick
from app.load.hold_checker import excess
from app.load.http_driver import NoVerdict
from app.load.plan import Plan
from app.load.run_context import RunContext
from app.load.scenarios import initial_tabs, run_scenario
from app.load.shopper import REQUEST_ERRORS, Shopper
from app.load.trace import Breach

TICK_S: Final = 0.25
MAX_CONCURRENT: Final = 20


class Login(NamedTuple):
    """An account id with its login cookie."""

    account: str
    cookie: str


class Share(NamedTuple):
    """The part of a plan for one process; of each cart those who share it, the owner first.

    `staff` help with all of them.
    """

    plan: Plan
    number: int
    carts: Sequence[Sequence[Login]]
    skus: Sequence[Sku]
    staff: Sequence[Login] = ()


class Progress(NamedTuple):
    """A progress report; `arrived` accounts have opened their tabs."""

    tick: Tick
    sockets: int
    arrived: int


class Finished(NamedTuple):
    """The broken promises a process found."""

    breaches: tuple[Breach, ...]


Report = Callable[[Progress], None]


def work(share: Share, going: Event, ending: Event, parent: Connection) -> None:
    """Run a share in this process; SIGINT is left to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    finished = uvloop.run(run_share(share, going.is_set, ending.is_set, parent.send))
    parent.send(finished)


async def run_share(
    share: Share, is_going: Callable[[], bool], is_ending: Callable[[], bool], report: Report
) -> Finished:
    """Run the shoppers of *share* for as long as the plan says, then check."""
    shoppers = _Shoppers(share)
    ticking = asyncio.create_task(shoppers.tick(is_going, is_ending, report))
    try:
        breaches = await shoppers.run_share()
    finally:
        ticking.cancel()
    report(shoppers.progress)
    return Finished(breaches)


class _Shoppers:
    """The shoppers of a process."""

    def __init__(self, share: Share):
        plan, chance = share.plan, Random(f"{share.plan.seed} {share.number}")  # noqa: S311
        self._run = RunContext(plan, share.skus, chance.random, lambda: str(uuid4()), perf_counter)
        self._run.ops_left = plan.most // plan.processes if plan.most else float("inf")
        self._shop = Shop(
            plan.url,
            transport=plan.transport,
            chance=chance.random,
            new_name=self._run.new_name,
        )
        self._carts = share.carts
        self._staff = [self._shop.account(one.account, one.cookie) for one in share.staff]
        self._arrived = 0
        self._checks = asyncio.Semaphore(MAX_CONCURRENT)

    @property
    def progress(self) -> Progress:
        """The counts since the last call."""
        counters = self._run.counters
        return Progress(counters.take(), counters.sockets, self._arrived)

    async def tick(
        self, is_going: Callable[[], bool], is_ending: Callable[[], bool], report: Report
    ) -> None:
        """Report progress periodically, and start and end the run as the parent says."""
        has_begun = False
        while True:
            report(self.progress)
            if is_going() and not has_begun:
                has_begun = True
                self._run.begin()
            self._run.is_over = self._run.is_over or is_ending()
            await asyncio.sleep(TICK_S)

    async def run_share(self) -> tuple[Breach, ...]:
        """Start the shoppers over the time of the ramp, and wait until all have finished."""
        shoppers = [self._shopper(number) for number in range(len(self._carts))]
        await asyncio.gather(*(self._run_shopper(shopper, n) for n, shopper in enumerate(shoppers)))
        for what in excess(hold for shopper in shoppers for hold in shopper.holds):
            shoppers[0].trace.report(what)
        return tuple(breach for shopper in shoppers for breach in shopper.trace.breaches)

    def _shopper(self, number: int) -> Shopper:
        people = [self._shop.account(one.account, one.cookie) for one in self._carts[number]]
        return Shopper(people, self._run, is_first=number == 0, staff=self._staff)

    async def _run_shopper(self, shopper: Shopper, number: int) -> None:
        plan = self._run.plan
        await self._run.wait(plan.ramp_s * number / len(self._carts))
        try:
            await self._open(shopper)
            await run_scenario(shopper)
        except* (*REQUEST_ERRORS, Stopped, NoVerdict) as errors:
            shopper.trace.report(f"the account could not go on: {_first(errors)!r}")
        async with self._checks:
            await shopper.check_and_close()

    async def _open(self, shopper: Shopper) -> None:
        try:
            await shopper.open_tabs(initial_tabs(shopper))
        finally:
            self._arrived += 1


def _first(errors: BaseExceptionGroup[Exception]) -> Exception:
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
