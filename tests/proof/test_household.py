"""A household of five with twelve tabs at two nodes, whose lines are cut and nodes are killed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.notes import Note
from tests.proof.history import Anomaly, format_anomalies, kinds
from tests.proof.household import Household, household
from tests.proof.household_bugs import HOUSEHOLD_BUGS

SHORT_S, LONG_S, BUG_S = 4.0, 60.0, 3.0
KILL_EVERY = 8
"""Faults; the others are lines that are cut."""
BETWEEN_S = 0.6
TRIES = 4
"""What goes wrong by chance may take a while on a busy machine."""

Disturb = Callable[[Household], AsyncIterator[None]]


def faults(seconds: float) -> Disturb:
    """Return what cuts lines, and kills a node first and then now and then, for *seconds*."""

    async def disturb(family: Household) -> AsyncIterator[None]:
        ends_s, number = asyncio.get_running_loop().time() + seconds, 0
        while asyncio.get_running_loop().time() < ends_s:
            await asyncio.sleep(family.chance.uniform(0, BETWEEN_S))
            node = family.chance.choice(family.nodes)
            if number % KILL_EVERY == 0:
                family.log.record_fault("kill")
                await asyncio.to_thread(node.server.kill)
                await asyncio.to_thread(node.server.start)
            else:
                family.log.record_fault("line-cut")
                node.line.cut()
            number += 1
            yield

    return disturb


async def peace(_family: Household) -> AsyncIterator[None]:
    """Have nothing fail for a while."""
    await asyncio.sleep(BUG_S)
    yield


async def check(home: Path, seed: int, disturb: Disturb, note: Note) -> None:
    """Run a history, and check that it has no anomaly."""
    async with household(home, seed) as family:
        anomalies = await family.play(disturb)
        note("events", len(family.log.events))
        note("faults", len(family.log.injected_faults()))
        note("anomalies", len(anomalies))
        assert anomalies == [], format_anomalies(anomalies)
        assert [node.server.error_events() for node in family.nodes] == [[], []]


@pytest.mark.timeout(600)
async def test_a_household_agrees_and_each_change_is_that_of_who_made_it(
    tmp_path: Path, record_property: Note
) -> None:
    await check(tmp_path, 1, faults(SHORT_S), record_property)


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(100, 105))
async def test_a_household_agrees_for_a_minute_of_faults(
    seed: int, tmp_path: Path, record_property: Note
) -> None:
    await check(tmp_path, seed, faults(LONG_S), record_property)


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", HOUSEHOLD_BUGS)
async def test_each_planted_bug_of_households_is_found(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bug, anomalies = HOUSEHOLD_BUGS[name], list[Anomaly]()
    for seed in range(TRIES):
        async with household(tmp_path_factory.mktemp(name), seed, bug=name) as family:
            anomalies = await family.play(peace)
        if bug.found_as in kinds(anomalies):
            break

    assert bug.found_as in kinds(anomalies), format_anomalies(anomalies)
