"""`shop stock`: what it changes, prints and refuses."""

from datetime import date

from tests.cli.conftest import RunCommand

MILK = "milk-2l"


def test_stock_is_received_written_off_and_counted(run_command: RunCommand) -> None:
    run_command("seed")
    run_command("product", "set", MILK, "--stock", "10")

    received = run_command("stock", "receive", MILK, "12", "--best-before", "2027-01-31")
    wasted = run_command("stock", "waste", MILK, "2", "--reason", "Spoilt")
    counted = run_command("stock", "count", MILK, "19")
    log = run_command("stock", "log", "--product", MILK)

    assert received.out.endswith(": +12, 22 in stock.\n")
    assert wasted.out.endswith(": -2, 20 in stock.\n")
    assert counted.out.endswith(": -1, 19 in stock.\n")
    lines = log.out.splitlines()
    assert [line.split()[3] for line in lines[:4]] == ["counted", "wasted", "received", "edited"]
    assert lines[1].endswith("Spoilt")
    assert lines[2].endswith("best before 2027-01-31")
    assert "There are more: --page " in run_command("stock", "log").out


def test_what_is_near_its_date_is_listed(run_command: RunCommand) -> None:
    run_command("seed")
    assert run_command("stock", "dates").out == "There is nothing.\n"

    run_command("stock", "receive", MILK, "12", "--best-before", f"{date.today()}")  # noqa: DTZ011 - the machine's day will do

    (line,) = run_command("stock", "dates", "--days", "2").out.splitlines()
    assert line.split()[1:3] == ["12", MILK]


def test_what_cannot_be_is_refused(run_command: RunCommand) -> None:
    run_command("seed")

    wasted = run_command("stock", "waste", MILK, "1000000", "--reason", "Spoilt")
    unknown = run_command("stock", "count", "5000128104517", "1")
    unreadable = run_command("stock", "receive", MILK, "1", "--best-before", "soon")
    wordless = run_command("stock", "waste", MILK, "1", "--reason", "")
    beyond = run_command("stock", "log", "--page", "x")

    assert wasted.err == "shop: nothing was changed: there is less than that.\n"
    assert "there is no product 5000128104517" in unknown.err
    assert "is not a date like" in unreadable.err
    assert "--reason takes 1 to 200 characters" in wordless.err
    assert "--page takes" in beyond.err
