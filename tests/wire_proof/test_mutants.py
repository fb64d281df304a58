"""Frames corrupted at random: each closes the connection as it must, or does no harm."""

import asyncio
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.e2e.catalog import APPLES
from tests.e2e.raw_client import Shopper, new_shopper
from tests.notes import Note
from tests.wire_proof.runs import Run
from tests.wire_proof.watched import WatchedServer

WARM_UP = 2000
AT_ONCE = 8
MOST_GROWTH_KIB = 16 * 1024


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[WatchedServer]:
    """Return a shop without limits of rate."""
    server = WatchedServer(tmp_path, limits="load", log="warning")
    server.start()
    yield server
    server.end()


class Storm:
    """Runs, one after the other and some at once, until so many frames were sent."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self.frames = 0
        self.surprises: list[str] = []
        self._numbers = count(1)

    async def rage(self, shoppers: list[Shopper], frames: int) -> None:
        """Go on until *frames* were sent in all."""
        await asyncio.gather(*(self._send(shopper, frames) for shopper in shoppers))

    async def _send(self, shopper: Shopper, frames: int) -> None:
        while self.frames < frames and not self.surprises:
            run = Run(f"{self.seed} {next(self._numbers)}")
            self.frames += len(run.mutants)
            if went := await run.go(shopper):
                self.surprises.append(went)


async def add_now_and_then(shopper: Shopper, done: asyncio.Event) -> int:
    """Add apples on a socket that stays open; return how many times."""
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
        pytest.param(10_000, marks=pytest.mark.timeout(100)),
        pytest.param(1_000_000, marks=(pytest.mark.long, pytest.mark.timeout(7000))),
    ],
)
async def test_mutated_frames_have_the_outcome_of_the_protocol_and_leak_nothing(
    shop: WatchedServer, frames: int, record_property: Note
) -> None:
    storm, done = Storm(f"{frames} frames"), asyncio.Event()
    shoppers = [await new_shopper(shop) for _ in range(AT_ONCE)]
    await storm.rage(shoppers, WARM_UP)
    warm = await shop.settled()
    async with await new_shopper(shop) as bystander, asyncio.TaskGroup() as tasks:
        busy = tasks.create_task(add_now_and_then(bystander, done))
        await storm.rage(shoppers, WARM_UP + frames)
        done.set()
        assert storm.surprises == []

        times = await busy
        assert await bystander.quantities() == {APPLES: times % 99 + 1}

    after = await shop.settled()
    record_property(
        f"{frames:,} frames", f"memory KiB {warm.memory_kib:,}, then {after.memory_kib:,}"
    )
    assert (after.files, after.tasks) == (warm.files, warm.tasks)
    assert after.memory_kib - warm.memory_kib < MOST_GROWTH_KIB
    assert shop.complaints() == []


def test_the_same_seed_draws_the_same_run() -> None:
    once, again, other = Run("one 1"), Run("one 1"), Run("one 2")

    assert [mutant.ends for mutant in once.mutants] == [mutant.ends for mutant in again.mutants]
    assert once.mutants != other.mutants


def test_the_runs_meet_every_outcome() -> None:
    ends = {code for number in range(3000) for code in Run(f"some {number}").ends}

    assert {1000, 1002, 1007, 1009, 4400} <= ends
    assert any(Run(f"some {number}").ends == frozenset() for number in range(100))
