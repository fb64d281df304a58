"""Randomly mutated frames: each closes the connection as predicted, or is harmless."""

import asyncio
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.e2e.catalog import APPLES
from tests.e2e.raw_client import Shopper, new_shopper
from tests.notes import Note
from tests.wire_proof.measured_server import MeasuredServer
from tests.wire_proof.runs import Run

WARM_UP_FRAMES = 2000
CONCURRENT = 8
MAX_GROWTH_KIB = 16 * 1024


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[MeasuredServer]:
    """Return a shop without rate limits."""
    server = MeasuredServer(tmp_path, limits="load", log="warning")
    server.start()
    yield server
    server.end()


class FrameSender:
    """Executes runs, one after another for each shopper, until enough frames were sent."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self.frames = 0
        self.failures: list[str] = []
        self._numbers = count(1)

    async def send(self, shoppers: list[Shopper], frames: int) -> None:
        """Execute runs until *frames* were sent in all."""
        await asyncio.gather(*(self._send_runs(shopper, frames) for shopper in shoppers))

    async def _send_runs(self, shopper: Shopper, frames: int) -> None:
        while self.frames < frames and not self.failures:
            run = Run(f"{self.seed} {next(self._numbers)}")
            self.frames += len(run.mutants)
            if failure := await run.execute(shopper):
                self.failures.append(failure)


async def keep_adding(shopper: Shopper, done: asyncio.Event) -> int:
    """Set the quantity of apples repeatedly on one websocket until *done*; return how often."""
    tab = await shopper.tab()
    for n in count(1):
        verdict = await tab.submit(n, "line.set", sku=APPLES, qty=n % 99 + 1)
        assert verdict["t"] == "ok"
        if done.is_set():
            return n
        await asyncio.sleep(0.05)
    raise AssertionError


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param(10_000, marks=pytest.mark.timeout(600)),
        pytest.param(1_000_000, marks=(pytest.mark.long, pytest.mark.timeout(7000))),
    ],
)
async def test_mutated_frames_have_the_outcome_of_the_protocol_and_leak_nothing(
    shop: MeasuredServer, frames: int, record_property: Note
) -> None:
    sender, done = FrameSender(f"{frames} frames"), asyncio.Event()
    shoppers = [await new_shopper(shop) for _ in range(CONCURRENT)]
    await sender.send(shoppers, WARM_UP_FRAMES)
    warm = await shop.settled_resources()
    async with await new_shopper(shop) as regular, asyncio.TaskGroup() as tasks:
        adding = tasks.create_task(keep_adding(regular, done))
        await sender.send(shoppers, WARM_UP_FRAMES + frames)
        done.set()
        assert sender.failures == []

        times = await adding
        assert await regular.quantities() == {APPLES: times % 99 + 1}

    after = await shop.settled_resources()
    record_property(
        f"{frames:,} frames", f"memory KiB {warm.memory_kib:,}, then {after.memory_kib:,}"
    )
    assert (after.files, after.tasks) == (warm.files, warm.tasks)
    assert after.memory_kib - warm.memory_kib < MAX_GROWTH_KIB
    assert shop.error_events() == []


def test_the_same_seed_draws_the_same_run() -> None:
    once, again, other = Run("one 1"), Run("one 1"), Run("one 2")

    assert [mutant.close_codes for mutant in once.mutants] == [
        mutant.close_codes for mutant in again.mutants
    ]
    assert once.mutants != other.mutants


def test_the_runs_meet_every_outcome() -> None:
    close_codes = {code for number in range(3000) for code in Run(f"some {number}").close_codes}

    assert {1000, 1002, 1007, 1009, 4400} <= close_codes
    assert any(Run(f"some {number}").close_codes == frozenset() for number in range(100))
