"""`shop sales`: what it prints and refuses."""

from tests.cli.conftest import RunCommand


def test_a_week_has_a_row_for_each_day(run_command: RunCommand) -> None:
    run_command("seed")

    week = run_command("sales", "2026-W49").out.splitlines()

    assert week[0].startswith("date,orders,items,")
    assert [row.split(",")[0] for row in week[1:]] == [
        "2026-11-30",
        *(f"2026-12-0{day}" for day in range(1, 7)),
    ]
    assert week[1].endswith(",0,0.00,0.00")
    assert len(run_command("sales").out.splitlines()) == 2


def test_products_that_were_sold_are_a_table_of_their_own(run_command: RunCommand) -> None:
    run_command("seed")

    assert run_command("sales", "--products").out == "sku,name,unit,units,amount\n"


def test_anything_that_is_no_period_is_refused(run_command: RunCommand) -> None:
    run_command("seed")

    assert "“December” is no day like 2026-12-01" in run_command("sales", "December").err
