"""Commands count days, and print times, in the shop's time zone."""

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import RunCommand
from tests.shop_files import write_shop

DAY = ("--from", "2027-07-01", "--until", "2027-07-01")


@pytest.mark.parametrize(
    ("zone", "starts"),
    [("Europe/London", 1_814_396_400), ("UTC", 1_814_400_000), ("Asia/Tokyo", 1_814_367_600)],
)
def test_a_vouchers_days_begin_and_end_at_midnight_in_the_shop(
    tmp_path: Path, run_command: RunCommand, zone: str, starts: int
) -> None:
    shop = write_shop(tmp_path / "shop.toml", timezone=zone)
    done = run_command("voucher", "add", "SUMMER", "--percent", "5", *DAY, settings=shop)

    assert done.code == 0, done.err
    with sqlite3.connect(tmp_path / "shop.db") as database:
        row = database.execute("SELECT starts, ends FROM vouchers").fetchone()
    assert row == (starts, starts + 86_400)


def test_a_seeded_vouchers_days_are_those_of_the_shop(
    tmp_path: Path, run_command: RunCommand
) -> None:
    run_command("seed", settings=write_shop(tmp_path / "shop.toml", timezone="Asia/Tokyo"))

    with sqlite3.connect(tmp_path / "shop.db") as database:
        query = "SELECT starts, ends FROM vouchers WHERE code = 'WINTER15'"
        row = database.execute(query).fetchone()
    assert row == (1_793_458_800, 1_803_826_800)
