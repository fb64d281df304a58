"""Ten units, many shoppers, two nodes that are killed: never more than ten are held or sold."""

from pathlib import Path
from random import Random

import pytest

from tests.notes import Note
from tests.proof.held_stock import race
from tests.proof.hold_bugs import HOLD_BUGS
from tests.proof.holding_shop import SHORT_S, USUAL_S, settings, two_nodes
from tests.proof.play import PlantedShop

BUSY_S = 20.0
"""What a machine that does other things as well may add to the end of a hold."""


@pytest.mark.timeout(600)
async def test_no_more_is_held_or_sold_than_there_is_while_nodes_are_killed(
    tmp_path: Path, record_property: Note
) -> None:
    with two_nodes(tmp_path) as nodes:
        found = await race(
            nodes,
            Random(1),
            shoppers=8,
            seconds=10,
            buys=0.1,
            grace_s=USUAL_S,
            late_s=BUSY_S,
            kills=True,
        )
        assert [node.error_events() for node in nodes] == [[], []]
    record_property("told", found.told)
    assert found.anomalies == set()
    assert found.told > 0


@pytest.mark.long
@pytest.mark.timeout(1200)
async def test_two_hundred_shoppers_race_for_ten_units_for_ten_minutes(
    tmp_path: Path, record_property: Note
) -> None:
    with two_nodes(tmp_path) as nodes:
        found = await race(
            nodes,
            Random(2),
            shoppers=200,
            seconds=600,
            buys=0.002,
            grace_s=USUAL_S,
            late_s=3,
            kills=True,
        )
    record_property("told", found.told)
    assert found.anomalies == set()


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", HOLD_BUGS)
async def test_each_planted_bug_of_holds_is_found(name: str, tmp_path: Path) -> None:
    bug = HOLD_BUGS[name]
    shop = PlantedShop(tmp_path, None, **settings(SHORT_S), bug=name)
    shop.start()
    try:
        found = await race(
            [shop],
            Random(1),
            shoppers=10,
            seconds=60,
            buys=0.5,
            grace_s=SHORT_S,
            late_s=0,
            found_as=bug.found_as,
        )
    finally:
        shop.end()

    assert bug.found_as in found.anomalies
