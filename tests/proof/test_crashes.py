"""The test build crashes at the configured step; the shop itself has no such setting."""

import signal
from pathlib import Path

import pytest

from app.protocol.faults import FAULTS
from app.store.engines import connect
from app.store.queries import run_query
from tests.e2e.server import run_command
from tests.proof.crashes import STEPS
from tests.proof.nemesis import CRASHES
from tests.proof.payment_crashes import PAYMENT_STEPS
from tests.proof.play import PlantedShop, stock
from tests.store.test_migrations import differences

IN_MIGRATION = "crash-in-migration"
MIGRATIONS = 4


@pytest.mark.smoke
def test_every_crash_step_is_a_listed_fault() -> None:
    assert {f"crash-{step}" for step in STEPS} == {*CRASHES, IN_MIGRATION}
    assert {*CRASHES, IN_MIGRATION} <= FAULTS.keys()


@pytest.mark.smoke
def test_a_step_of_a_payment_has_no_name_of_another_step() -> None:
    assert PAYMENT_STEPS.keys() & STEPS.keys() == set()


@pytest.mark.parametrize("step", range(1, MIGRATIONS + 1))
def test_a_shop_that_crashed_in_a_migration_starts_the_next_time(step: int, tmp_path: Path) -> None:
    shop = PlantedShop(tmp_path)
    shop.crash_at("in-migration", step)
    shop.begin()
    assert shop.exit_code() == -signal.SIGKILL

    shop.crash_nowhere()
    shop.start()
    shop.end()

    engine = connect(shop.database)
    assert run_query(engine, differences) == []
    engine.dispose()
    assert sum(stock(shop).values()) > 0


@pytest.mark.parametrize("setting", ["SHOP_CRASH_AT", "SHOP_BUG"])
def test_a_shop_that_is_no_test_build_refuses_crash_and_bug_settings(
    setting: str, tmp_path: Path
) -> None:
    shop = PlantedShop(tmp_path)

    done = run_command("run", environment={**shop.environment, setting: "received:1"})

    assert done.returncode == 2
    assert f"{setting}: there is no such setting" in done.stderr
