"""A checker that finds nothing proves nothing: here is what it must find."""

from pathlib import Path

import pytest

from tests.proof.bugs import BUGS, Bug
from tests.proof.history import Anomaly, kinds, told
from tests.proof.nemesis import striking
from tests.proof.play import play, staged

LONG_ENOUGH_S = 2.0
QUIET_S = 2.0
TRIES = 3
"""Most bugs show by chance; on a busy machine the moment for it may pass once."""


async def find(name: str, bug: Bug, home: Path, seed: int) -> list[Anomaly]:
    """Have a history happen in a shop with a bug; return what is found."""
    async with staged(home, seed, accounts=2, bug=name) as stage:
        return await play(stage, striking(bug.faults, LONG_ENOUGH_S), QUIET_S)


@pytest.mark.timeout(90)
@pytest.mark.parametrize("name", BUGS)
async def test_each_planted_bug_is_found(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bug, anomalies = BUGS[name], list[Anomaly]()
    for seed in range(TRIES):
        anomalies = await find(name, bug, tmp_path_factory.mktemp(name), seed)
        if bug.found_as in kinds(anomalies):
            break

    assert bug.found_as in kinds(anomalies), told(anomalies)
