"""Many wait for a few units, on two nodes that are killed: nobody is overtaken or asked twice."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.notes import Note
from tests.proof.holding_shop import USUAL_S, settings, two_nodes
from tests.proof.play import PlantedShop
from tests.proof.waiting import Waiting, play
from tests.proof.waitlist_bugs import WAITLIST_BUGS


def told(times: int) -> Callable[[Waiting], bool]:
    """Return what says whether offers were told so often."""
    return lambda state: state.told >= times


@pytest.mark.timeout(240)
async def test_nobody_is_overtaken_or_asked_twice_while_nodes_are_killed(
    tmp_path: Path, record_property: Note
) -> None:
    with two_nodes(tmp_path) as nodes:
        found = await play(
            nodes, Random(1), shoppers=8, units=2, seconds=4, is_enough=told(4), kills=True
        )
        assert [node.error_events() for node in nodes] == [[], []]
    record_property("told", found.told)
    assert found.anomalies == set()
    assert found.told > 0


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_a_thousand_wait_while_units_come_and_go(
    tmp_path: Path, record_property: Note
) -> None:
    with two_nodes(tmp_path) as nodes:
        found = await play(
            nodes, Random(2), shoppers=1000, units=20, seconds=300, is_enough=told(500), kills=True
        )
    record_property("told", found.told)
    assert found.anomalies == set()
    assert found.told > 0


@pytest.mark.long
@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", WAITLIST_BUGS)
async def test_each_planted_bug_of_waitlists_is_found(name: str, tmp_path: Path) -> None:
    bug = WAITLIST_BUGS[name]
    shop = PlantedShop(tmp_path, None, **settings(USUAL_S), bug=name)
    shop.start()
    try:
        found = await play(
            [shop],
            Random(1),
            shoppers=8,
            units=2,
            seconds=4,
            is_enough=lambda state: bug.found_as in state.anomalies,
        )
    finally:
        shop.end()

    assert bug.found_as in found.anomalies
