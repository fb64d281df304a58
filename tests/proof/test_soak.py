"""Half an hour of load with a fault each minute: memory, files and tasks do not grow."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple
from uuid import uuid4

import pytest

from app.client import InvalidResponse, Problem
from app.load.server import cost
from tests.e2e.catalog import MILK
from tests.e2e.orders import HOME
from tests.e2e.raw_client import Shopper, new_shopper, op
from tests.e2e.server import ROOT, environment
from tests.notes import Note
from tests.proof.nemesis import INJECTORS, inject_fault
from tests.proof.play import Stage, staged

WaitForEnd = Callable[[], Awaitable[list[tuple[int | None, str]]]]
"""Waits for all load generators to end; returns their exit codes and output."""

SOAK_S: Final = 1800
WARM_S: Final = 300
POLL_S: Final = 5.0
FAULT_EVERY_S: Final = 60.0
SETTLE_S: Final = 90
"""The backoff of a tab that was cut repeatedly can reach half a minute."""
BUY_EVERY_S: Final = 2.0
GROWTH_KIB: Final = 16 * 1024
FEW: Final = 10
KILLS: Final = {"kill", "restart", "restored"}
FAULTS: Final = sorted({*INJECTORS} - KILLS)
"""The faults that the process survives, so that its samples are comparable."""
LOADS: Final = (
    ("--scenario", "shopping", "--accounts", "40", "--tabs", "2"),
    ("--scenario", "shopping", "--chaos", "--accounts", "5", "--tabs", "2"),
    ("--scenario", "reconnect", "--accounts", "5", "--tabs", "1"),
    ("--scenario", "hammer", "--accounts", "5", "--tabs", "2", "--rate", "25"),
)
EXPECTED_ERRORS: Final = (
    OSError,
    TimeoutError,
    InvalidResponse,
    Problem,
    AssertionError,
    ValueError,
    KeyError,
)


class Sample(NamedTuple):
    """The server's memory, open files and asyncio tasks at a moment."""

    memory_kib: int
    files: int
    tasks: int


@pytest.mark.long
@pytest.mark.timeout(SOAK_S + 300)
async def test_memory_files_and_tasks_do_not_grow_in_half_an_hour_of_load_and_faults(
    tmp_path: Path, record_property: Note
) -> None:
    await soak(tmp_path, SOAK_S, WARM_S, record_property)


async def soak(home: Path, seconds: float, warm_s: float, note: Note) -> None:
    """Run load and faults for *seconds*; compare the last samples with those after *warm_s*."""
    tasks = home / "tasks"
    async with (
        staged(home, 1, accounts=0, tasks=tasks) as stage,
        load_generators(stage, seconds) as wait_for_end,
    ):
        sampling = asyncio.create_task(sample_for(stage, tasks, seconds))
        busy = [asyncio.create_task(work) for work in (inject(stage), buy(stage))]
        samples = await sampling
        for task in busy:
            task.cancel()
        stage.proxy.heal()
        results = await wait_for_end()
        broken = [output for code, output in results if code]
        assert broken == [], "\n".join(broken)
    warm, last = samples[int(warm_s / POLL_S) :], samples[-int(warm_s / POLL_S) :]
    before, after = level(warm[: len(last)]), level(last)
    note("faults", len(stage.log.injected_faults()))
    note("memory KiB, files, tasks when warm", tuple(before))
    note("memory KiB, files, tasks at the end", tuple(after))
    assert after.memory_kib - before.memory_kib < GROWTH_KIB
    assert after.files - before.files < FEW
    assert after.tasks - before.tasks < FEW


@asynccontextmanager
async def load_generators(stage: Stage, seconds: float) -> AsyncIterator[WaitForEnd]:
    """Start several `shop load` processes; yield the function that waits for their end."""
    shop = ("--url", stage.proxy.origin, "--settle", str(SETTLE_S))
    words = ("-m", "app.cli", "load", *shop, "--seconds", str(seconds))
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable, *words, *options, cwd=ROOT, env=environment(),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )
        for options in LOADS
    ]  # fmt: skip

    async def wait_for_end() -> list[tuple[int | None, str]]:
        results = await asyncio.gather(*(one.communicate() for one in running))
        return [
            (one.returncode, out.decode()[-2000:])
            for one, (out, _) in zip(running, results, strict=True)
        ]

    try:
        yield wait_for_end
    finally:
        for one in running:
            if one.returncode is None:
                one.kill()


async def inject(stage: Stage) -> None:
    """Inject a fault each minute."""
    while True:
        for fault in stage.chance.sample(FAULTS, len(FAULTS)):
            await asyncio.sleep(FAULT_EVERY_S)
            await inject_fault(stage, fault)


async def buy(stage: Stage) -> None:
    """Place and cancel an order now and then, so that the stock stays the same."""
    async with await new_shopper(stage.shop) as shopper:
        outbox, n = str(uuid4()), 0
        while True:
            n += 1
            with suppress(*EXPECTED_ERRORS):
                await buy_once(shopper, outbox, n)
            await asyncio.sleep(BUY_EVERY_S)


async def buy_once(shopper: Shopper, outbox: str, n: int) -> None:
    """Fill the cart, order it, and cancel the order."""
    await shopper.ops(outbox, op(n, "line.set", sku=MILK, qty=1))
    cart = await shopper.cart()
    total = cart["cart"]["totals"]["total"]
    terms = {"key": str(uuid4()), "at": cart["at"], "total": total}
    placed = await shopper.send(
        "POST", "/api/orders", terms | {"deliver": HOME, "pay": "on_delivery"}
    )
    await shopper.send("POST", f"/api/orders/{placed.json['number']}/cancel", {})


async def sample_for(stage: Stage, tasks: Path, seconds: float) -> list[Sample]:
    """Sample the server every few seconds."""
    samples = []
    for _ in range(int(seconds / POLL_S)):
        await asyncio.sleep(POLL_S)
        samples.append(sample(stage.shop.running.pid, tasks))
    return samples


def sample(pid: int, tasks: Path) -> Sample:
    """Return one sample of the server."""
    files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return Sample(cost(pid).memory_kib, files, int(tasks.read_text() or 0))


def level(samples: list[Sample]) -> Sample:
    """Return the median of *samples*."""
    memory, files, tasks = (int(median(values)) for values in zip(*samples, strict=True))
    return Sample(memory, files, tasks)
