"""A checker that finds nothing proves nothing: here is what it must find."""

from pathlib import Path

import pytest

from tests.proof.bugs import BUGS
from tests.proof.history import kinds, told
from tests.proof.nemesis import striking
from tests.proof.play import play, staged

LONG_ENOUGH_S = 2.0
QUIET_S = 2.0


@pytest.mark.timeout(60)
@pytest.mark.parametrize("bug", BUGS)
async def test_each_planted_bug_is_found(bug: str, tmp_path: Path) -> None:
    async with staged(tmp_path, 3, accounts=2, bug=bug) as stage:
        anomalies = await play(stage, striking(BUGS[bug].faults, LONG_ENOUGH_S), QUIET_S)

    assert BUGS[bug].found_as in kinds(anomalies), told(anomalies)
