"""The processes of a test: started, heard, told when to go and to end."""

import time
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Final, NamedTuple, Self

from app.domain.catalog import Sku
from app.load.account_setup import Kept
from app.load.counters import Tick
from app.load.plan import Plan
from app.load.run import Phase, Point, Run
from app.load.server import Cost, listeners, total
from app.load.trace import Breach
from app.load.worker import Finished, Login, Progress, Share, work

LOOK_S: Final = 0.5
NOTHING: Final = Cost(0, 0, 0)


class Died(Exception):
    """A process of the test ended before its work was done."""


class Pool:
    """Everybody who pushes; use it with `with`, or processes are left behind."""

    def __init__(self, plan: Plan, accounts: Sequence[Kept], skus: Sequence[Sku]):
        context = get_context("spawn")
        self._plan = plan
        self._going, self._ending = context.Event(), context.Event()
        self._ends_s = float("inf")
        self._news: dict[Connection, Progress] = {}
        self._open: list[Connection] = []
        self._breaches: list[Breach] = []
        self._processes = []
        logins = [Login(kept.account, kept.cookie) for kept in accounts]
        for number in range(plan.processes):
            share = Share(plan, number, logins[number :: plan.processes], skus)
            here, there = context.Pipe(duplex=False)
            self._open.append(here)
            given = (share, self._going, self._ending, there)
            self._processes.append(context.Process(target=work, args=given, daemon=True))

    def __enter__(self) -> Self:
        """Start them."""
        for process in self._processes:
            process.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End those that still run."""
        for process in self._processes:
            process.kill()
            process.join()

    def end(self) -> None:
        """Have everybody stop asking; what is under way is still settled and checked."""
        self._ending.set()

    def run(self, show: Callable[[Point], None]) -> Run:
        """Push until all are done; *show* sees each point."""
        pids = listeners(self._plan.url)
        began = before = self._look(pids)
        points: list[Point] = []
        while self._open:
            time.sleep(LOOK_S)
            tick, now = self._hear(), self._look(pids)
            points.append(self._point(began, before, now, tick))
            show(points[-1])
            before = now
        return Run(self._plan, tuple(points), tuple(self._breaches), self._ending.is_set())

    def _look(self, pids: list[int]) -> "_Look":
        own = total([process.pid for process in self._processes if process.pid]) or NOTHING
        return _Look(time.monotonic(), total(pids), own.cpu_s)

    def _hear(self) -> Tick:
        tick = Tick()
        for pipe in list(self._open):
            while pipe in self._open and pipe.poll():
                tick += self._take(pipe)
        return tick

    def _take(self, pipe: Connection) -> Tick:
        try:
            news: Progress | Finished = pipe.recv()
        except EOFError:
            raise Died("a process of the load test died; what it wrote stands above") from None
        if isinstance(news, Progress):
            self._news[pipe] = news
            return news.tick
        self._breaches += news.breaches
        self._open.remove(pipe)
        return Tick()

    def _point(self, began: "_Look", before: "_Look", now: "_Look", tick: Tick) -> Point:
        sockets = sum(news.sockets for news in self._news.values())
        server = None
        if before.server and now.server:
            user_s, system_s = (now.server[n] - before.server[n] for n in (0, 1))
            server = Cost(user_s, system_s, now.server.memory_kib)
        return Point(
            now.at_s - began.at_s,
            now.at_s - before.at_s,
            self._phase(now.at_s, tick),
            sockets,
            tick,
            server,
            max(0.0, now.own_cpu_s - before.own_cpu_s),
        )

    def _phase(self, now_s: float, tick: Tick) -> Phase:
        """Say what the crowd was doing, and let it go once everybody has arrived."""
        if not self._going.is_set():
            if sum(news.arrived for news in self._news.values()) >= self._plan.accounts:
                self._going.set()
                self._ends_s = now_s + self._plan.seconds
            return Phase.RAMP
        is_done = self._plan.most and not tick.asked
        is_over = self._ending.is_set() or now_s > self._ends_s + LOOK_S / 2
        return Phase.SETTLE if is_done or is_over else Phase.PUSH


class _Look(NamedTuple):
    """What everything has cost by now."""

    at_s: float
    server: Cost | None
    own_cpu_s: float
