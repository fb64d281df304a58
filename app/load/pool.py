"""The worker processes of a test: starting them, collecting their counters, stopping them."""

import time
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Final, NamedTuple, Self

from app.domain.catalog import Sku
from app.load.account_setup import People, StoredAccount
from app.load.counters import Tick
from app.load.plan import Plan
from app.load.run import Phase, Point, Run
from app.load.server import Cost, listeners, total
from app.load.trace import Breach
from app.load.worker import Finished, Login, Progress, Share, work

POINT_S: Final = 0.5
NOTHING: Final = Cost(0, 0, 0)


class WorkerDied(Exception):
    """A worker process ended before its work was done."""


class WorkerPool:
    """The worker processes; a context manager, which kills those that still run on exit."""

    def __init__(self, plan: Plan, people: People, skus: Sequence[Sku]):
        context = get_context("spawn")
        self._plan = plan
        self._started, self._stopping = context.Event(), context.Event()
        self._ends_s = float("inf")
        self._progress: dict[Connection, Progress] = {}
        self._open: list[Connection] = []
        self._breaches: list[Breach] = []
        self._processes = []
        logins, staff = map(_logins, people)
        carts = [
            tuple(logins[first : first + plan.household])
            for first in range(0, len(logins), plan.household)
        ]
        for number in range(plan.processes):
            share = Share(plan, number, carts[number :: plan.processes], skus, staff)
            here, there = context.Pipe(duplex=False)
            self._open.append(here)
            given = (share, self._started, self._stopping, there)
            self._processes.append(context.Process(target=work, args=given, daemon=True))

    def __enter__(self) -> Self:
        """Start the processes."""
        for process in self._processes:
            process.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Kill the processes that still run."""
        for process in self._processes:
            process.kill()
            process.join()

    def stop(self) -> None:
        """Have all shoppers submit no more; ops in flight are still settled and checked."""
        self._stopping.set()

    def run(self, show: Callable[[Point], None]) -> Run:
        """Run until all workers are done; *show* is called with each point."""
        pids = listeners(self._plan.url)
        began = before = self._measure(pids)
        points: list[Point] = []
        while self._open:
            time.sleep(POINT_S)
            tick, now = self._collect(), self._measure(pids)
            points.append(self._point(began, before, now, tick))
            show(points[-1])
            before = now
        return Run(self._plan, tuple(points), tuple(self._breaches), self._stopping.is_set())

    def _measure(self, pids: list[int]) -> "_Usage":
        own = total([process.pid for process in self._processes if process.pid]) or NOTHING
        return _Usage(time.monotonic(), total(pids), own.cpu_s)

    def _collect(self) -> Tick:
        tick = Tick()
        for pipe in list(self._open):
            while pipe in self._open and pipe.poll():
                tick += self._receive(pipe)
        return tick

    def _receive(self, pipe: Connection) -> Tick:
        try:
            progress: Progress | Finished = pipe.recv()
        except EOFError:
            raise WorkerDied(
                "a process of the load test died; what it wrote stands above"
            ) from None
        if isinstance(progress, Progress):
            self._progress[pipe] = progress
            return progress.tick
        self._breaches += progress.breaches
        self._open.remove(pipe)
        return Tick()

    def _point(self, began: "_Usage", before: "_Usage", now: "_Usage", tick: Tick) -> Point:
        sockets = sum(progress.sockets for progress in self._progress.values())
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
        """Return the present phase; start the clock of the plan once all accounts have arrived."""
        if not self._started.is_set():
            if sum(progress.arrived for progress in self._progress.values()) >= self._plan.accounts:
                self._started.set()
                self._ends_s = now_s + self._plan.seconds
            return Phase.RAMP
        is_done = self._plan.most and not tick.submitted
        is_over = self._stopping.is_set() or now_s > self._ends_s + POINT_S / 2
        return Phase.SETTLE if is_done or is_over else Phase.PUSH


def _logins(accounts: Sequence[StoredAccount]) -> list[Login]:
    return [Login(kept.account, kept.cookie) for kept in accounts]


class _Usage(NamedTuple):
    """The resources used so far by the server and by the workers."""

    at_s: float
    server: Cost | None
    own_cpu_s: float
