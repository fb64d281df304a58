"""The history checker finds each planted bug; one that finds nothing would prove nothing."""

from pathlib import Path

import pytest

from tests.proof.bugs import BUGS, Bug
from tests.proof.history import Anomaly, format_anomalies, kinds
from tests.proof.nemesis import inject_faults
from tests.proof.play import play, staged

LONG_ENOUGH_S = 2.0
QUIET_S = 2.0
TRIES = 8
"""Most bugs appear by chance, and a busy machine may miss the moment."""


async def find(name: str, bug: Bug, home: Path, seed: int) -> list[Anomaly]:
    """Run a history in a shop with a bug; return the anomalies."""
    async with staged(home, seed, accounts=2, bug=name) as stage:
        return await play(stage, inject_faults(bug.faults, LONG_ENOUGH_S), QUIET_S)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", BUGS)
async def test_each_planted_bug_is_found(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bug, anomalies = BUGS[name], list[Anomaly]()
    for seed in range(TRIES):
        anomalies = await find(name, bug, tmp_path_factory.mktemp(name), seed)
        if bug.found_as in kinds(anomalies):
            break

    assert bug.found_as in kinds(anomalies), format_anomalies(anomalies)
