"""Histories in which the server of the database hangs, or hands over to a standby."""

import asyncio
import signal
import time
from pathlib import Path

import pytest

from tests.databases import open_cluster, with_standby
from tests.notes import Note
from tests.proof.history import format_anomalies
from tests.proof.log import FrameReceived
from tests.proof.play import Nemesis, Stage, play, staged
from tests.waiting import SLOW_MACHINE_S, wait_until

ACCOUNTS = 3
BEFORE_S, DOWN_S, AFTER_S = 3.0, 1.0, 4.0
HANGS_S = 60.0
WRITES_S = 10.0


async def check(home: Path, database: str, nemesis: Nemesis, note: Note) -> Stage:
    """Run a history, and check that it has no anomaly."""
    async with staged(home, 1, accounts=ACCOUNTS, database=database) as stage:
        anomalies = await play(stage, nemesis)
    note("events", len(stage.log.events))
    note("anomalies", len(anomalies))
    assert anomalies == [], format_anomalies(anomalies)
    assert stage.shop.error_events() == []
    return stage


def oks_s(stage: Stage, since_s: float) -> list[float]:
    """Return how many seconds after *since_s* ops were accepted."""
    return [
        event.at_s - since_s
        for event in stage.log.events
        if isinstance(event, FrameReceived)
        and event.at_s > since_s
        and event.frame.startswith(b'{"t":"ok"')
    ]


@pytest.mark.timeout(600)
async def test_a_standby_promoted_under_load_has_all_that_was_answered(
    postgresql: Path, tmp_path: Path, record_property: Note
) -> None:
    promoted_s = 0.0
    with open_cluster(postgresql) as primary, open_cluster(postgresql, primary) as standby:
        primary.replicate(synchronously=True)

        async def fail_over(stage: Stage) -> None:
            nonlocal promoted_s
            await asyncio.sleep(BEFORE_S)
            stage.log.record_fault("database-failover")
            await asyncio.to_thread(primary.stop, signal.SIGQUIT)
            await asyncio.sleep(DOWN_S)
            await asyncio.to_thread(standby.promote)
            promoted_s = time.monotonic()
            await wait_until(lambda: bool(oks_s(stage, promoted_s)))
            await asyncio.sleep(AFTER_S)

        url = with_standby(primary.new(), primary, standby)
        stage = await check(tmp_path, url, fail_over, record_property)
    again_s = min(oks_s(stage, promoted_s))
    record_property("writes again after s", round(again_s, 2))
    assert again_s < WRITES_S + SLOW_MACHINE_S
    assert stage.shop.alarms() == []


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_nothing_is_lost_or_done_twice_while_the_database_hangs_for_a_minute(
    postgresql: Path, tmp_path: Path, record_property: Note
) -> None:
    woke_s = 0.0
    with open_cluster(postgresql) as cluster:

        async def hang(stage: Stage) -> None:
            nonlocal woke_s
            await asyncio.sleep(BEFORE_S)
            stage.log.record_fault("database-hang")
            with cluster.hanging():
                await asyncio.sleep(HANGS_S)
            woke_s = time.monotonic()
            await wait_until(lambda: bool(oks_s(stage, woke_s)))
            await asyncio.sleep(AFTER_S)

        stage = await check(tmp_path, cluster.new(), hang, record_property)
    record_property("writes again after s", round(min(oks_s(stage, woke_s)), 2))
