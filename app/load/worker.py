"""One process of shoppers: they come in, push, and hold their books against the shop."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from random import Random  # noqa: TID251 - a process is a door where chance comes in
from time import perf_counter
from typing import Final, NamedTuple
from uuid import uuid4  # noqa: TID251 - and names

import uvloop

from app.client import Account, Shop, Stopped
from app.domain.catalog import Sku
from app.load.counters import Tick
from app.load.http_driver import NotAnswered
from app.load.plan import Plan
from app.load.run_context import RunContext
from app.load.scenarios import spend, tabs_of
from app.load.shopper import TROUBLE, Shopper
from app.load.trace import Breach

TICK_S: Final = 0.25
AT_ONCE: Final = 20


class Login(NamedTuple):
    """An account that is logged in."""

    account: str
    cookie: str


class Share(NamedTuple):
    """What one process has to do, of the whole plan."""

    plan: Plan
    number: int
    logins: Sequence[Login]
    skus: Sequence[Sku]


class Progress(NamedTuple):
    """How far a process is; `arrived` accounts have their tabs open."""

    tick: Tick
    sockets: int
    arrived: int


class Finished(NamedTuple):
    """What a process found."""

    breaches: tuple[Breach, ...]


Tell = Callable[[Progress], None]


def work(share: Share, going: Event, ending: Event, parent: Connection) -> None:
    """Run a share in a process of its own; Ctrl+C is for the parent alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    finished = uvloop.run(push(share, going.is_set, ending.is_set, parent.send))
    parent.send(finished)


async def push(
    share: Share, is_going: Callable[[], bool], is_ending: Callable[[], bool], tell: Tell
) -> Finished:
    """Let the accounts of *share* in, push for as long as the plan says, and check."""
    crowd = _Crowd(share)
    ticking = asyncio.create_task(crowd.tick(is_going, is_ending, tell))
    try:
        breaches = await crowd.push()
    finally:
        ticking.cancel()
    tell(crowd.progress)
    return Finished(breaches)


class _Crowd:
    """All shoppers of a process."""

    def __init__(self, share: Share):
        plan, chance = share.plan, Random(f"{share.plan.seed} {share.number}")  # noqa: S311
        self._run = RunContext(plan, share.skus, chance.random, lambda: str(uuid4()), perf_counter)
        self._run.left = plan.most // plan.processes if plan.most else float("inf")
        self._shop = Shop(plan.url, chance=chance.random, new_name=self._run.new_name)
        self._logins = share.logins
        self._arrived = 0
        self._checks = asyncio.Semaphore(AT_ONCE)

    @property
    def progress(self) -> Progress:
        """Return what happened since this was asked last."""
        counters = self._run.counters
        return Progress(counters.take(), counters.sockets, self._arrived)

    async def tick(
        self, is_going: Callable[[], bool], is_ending: Callable[[], bool], tell: Tell
    ) -> None:
        """Tell of the progress now and then, and learn when to go and to end."""
        has_begun = False
        while True:
            tell(self.progress)
            if is_going() and not has_begun:
                has_begun = True
                self._run.begin()
            self._run.is_over = self._run.is_over or is_ending()
            await asyncio.sleep(TICK_S)

    async def push(self) -> tuple[Breach, ...]:
        """Let everybody in over the time of the ramp, and wait until all have left."""
        shoppers = [self._shopper(number) for number in range(len(self._logins))]
        await asyncio.gather(*(self._live(shopper, n) for n, shopper in enumerate(shoppers)))
        return tuple(breach for shopper in shoppers for breach in shopper.trace.breaches)

    def _shopper(self, number: int) -> Shopper:
        login = self._logins[number]
        account: Account = self._shop.account(login.account, login.cookie)
        return Shopper(account, self._run, is_first=number == 0)

    async def _live(self, shopper: Shopper, number: int) -> None:
        plan = self._run.plan
        await self._run.wait(plan.ramp_s * number / len(self._logins))
        try:
            await self._enter(shopper)
            await spend(shopper)
        except* (*TROUBLE, Stopped, NotAnswered) as troubles:
            shopper.trace.object_to(f"the account could not go on: {_first(troubles)!r}")
        async with self._checks:
            await shopper.leave()

    async def _enter(self, shopper: Shopper) -> None:
        try:
            await shopper.enter(tabs_of(shopper))
        finally:
            self._arrived += 1


def _first(troubles: BaseExceptionGroup[Exception]) -> Exception:
    first = troubles.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
