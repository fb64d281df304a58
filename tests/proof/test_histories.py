"""Histories under faults: no guarantee is broken."""

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import pytest

from app.load import chaos
from app.protocol.faults import FAULTS
from tests.databases import Cluster
from tests.e2e.server import ROOT
from tests.notes import Note
from tests.proof.crowd import TABS
from tests.proof.history import format_anomalies
from tests.proof.log import SocketOpened
from tests.proof.nemesis import CRASHES, INJECTORS, inject_faults, inject_kills, lock
from tests.proof.play import Nemesis, Stage, play, staged
from tests.waiting import wait_until

ACCOUNTS = 3
LEAST_EVENTS_A_S = 50
CYCLES = 20
SHORT_S, LONG_S, LOCKED_S = 20, 60, 30
CRASHES_OF_POSTGRESQL, DOWN_S = 3, 2
READY_S, MOST_IMPORTS = 2.0, 5
"""A killed shop is ready again within `READY_S`, or, on a slow machine, within the time that it
takes to import the shop `MOST_IMPORTS` times.
"""


async def check(
    home: Path, seed: int, nemesis: Nemesis, note: Note, database: str | None = None
) -> Stage:
    """Run a history, and check that it has no anomaly."""
    async with staged(home, seed, accounts=ACCOUNTS, database=database) as stage:
        anomalies = await play(stage, nemesis)
    note("events", len(stage.log.events))
    note("faults", len(stage.log.injected_faults()))
    note("anomalies", len(anomalies))
    note("ready again, median s", round(median(stage.shop.startup_s), 2))
    assert anomalies == [], f"after {stage.log.injected_faults()}\n{format_anomalies(anomalies)}"
    assert stage.shop.error_events() == []
    return stage


async def check_mixed(home: Path, seed: int, seconds: float, note: Note) -> None:
    """Run a history with every fault, one after the other, for *seconds*."""
    least = LEAST_EVENTS_A_S * seconds

    async def inject(stage: Stage) -> None:
        await inject_faults([*INJECTORS], seconds)(stage)
        # On a slow machine it takes longer until as much has happened.
        await wait_until(lambda: len(stage.log.events) > least)

    stage = await check(home, seed, inject, note)
    assert {*INJECTORS} <= {*stage.log.injected_faults()}
    assert len(stage.log.events) > least


async def check_kills(home: Path, seed: int, note: Note, database: str | None = None) -> None:
    """Run a history that kills the shop at each of its steps and between them."""
    stage = await check(home, seed, inject_kills(CYCLES), note, database)
    assert len(stage.log.injected_faults()) == CYCLES
    assert stage.proxy.duplicated == 0
    assert min(stage.shop.startup_s) < max(READY_S, MOST_IMPORTS * imported_s())


def imported_s() -> float:
    """Return how long this machine takes now to import the shop."""
    began_s = time.monotonic()
    subprocess.run([sys.executable, "-c", "import app.runtime.build"], check=True, cwd=ROOT)
    return time.monotonic() - began_s


@pytest.mark.timeout(600)
async def test_a_shop_killed_20_times_breaks_no_guarantee(
    tmp_path: Path, record_property: Note
) -> None:
    await check_kills(tmp_path, 1, record_property)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_history_of_20_seconds_has_no_anomaly(
    seed: int, tmp_path: Path, record_property: Note
) -> None:
    await check_mixed(tmp_path, seed, SHORT_S, record_property)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(100, 115))
async def test_a_shop_killed_300_times_breaks_no_guarantee(
    seed: int, tmp_path: Path, record_property: Note
) -> None:
    await check_kills(tmp_path, seed, record_property)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(100, 110))
async def test_a_history_of_60_seconds_has_no_anomaly(
    seed: int, tmp_path: Path, record_property: Note
) -> None:
    await check_mixed(tmp_path, seed, LONG_S, record_property)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(100, 103))
async def test_a_shop_killed_on_postgresql_breaks_no_guarantee(
    seed: int, cluster: Cluster, tmp_path: Path, record_property: Note
) -> None:
    await check_kills(tmp_path, seed, record_property, cluster.new())


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(100, 103))
async def test_a_history_on_postgresql_has_no_anomaly(
    seed: int, cluster: Cluster, tmp_path: Path, record_property: Note
) -> None:
    async def inject(stage: Stage) -> None:
        for turn in range(CRASHES_OF_POSTGRESQL):
            faults = [*INJECTORS][turn::CRASHES_OF_POSTGRESQL]
            await inject_faults(faults, LONG_S / CRASHES_OF_POSTGRESQL)(stage)
            stage.log.record_fault("database-crash")
            await asyncio.to_thread(cluster.stop, signal.SIGQUIT)
            await asyncio.sleep(DOWN_S)
            await asyncio.to_thread(cluster.start)

    await check(tmp_path, seed, inject, record_property, cluster.new())


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_ops_wait_for_a_database_locked_for_30_seconds(
    tmp_path: Path, record_property: Note
) -> None:
    async def lock_for_long(stage: Stage) -> None:
        await asyncio.sleep(1)
        stage.log.record_fault("disk-locked")
        await lock(stage, LOCKED_S)

    stage = await check(tmp_path, 1, lock_for_long, record_property)
    opened = [event for event in stage.log.events if isinstance(event, SocketOpened)]
    assert len(opened) == ACCOUNTS * TABS


@pytest.mark.smoke
def test_every_listed_fault_is_injected_somewhere() -> None:
    files = [*Path(__file__).parent.glob("*.py"), Path(chaos.__file__)]
    sources = "\n".join(path.read_text() for path in files)

    assert [one for one in FAULTS if one not in CRASHES and f'"{one}"' not in sources] == []
