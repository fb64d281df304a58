"""`shop load` against a real shop: exit codes, messages and reports."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import ServerFactory
from tests.e2e.server import ROOT, Server, environment
from tests.processes import killed_at_end

SETTINGS = {"limits": "load", "log": "warning"}
LONGEST_S = 100
PASSWORD = "seven brown bricks"

BAD_ARGUMENTS = {
    "another machine": (("--url", "https://shop.example"), "--i-own-this-shop"),
    "no server there": (("--url", "http://127.0.0.1:1"), "does not let us in"),
    "too large a window": (("--window", "33"), "is not a number from 1 to 32"),
    "nobody to help": (("--scenario", "help"), "Make members of staff with"),
    "no duration": (("--seconds", "nan"), "is not a number from 0.1"),
}


def load(*command: str) -> subprocess.CompletedProcess[str]:
    """Run `shop load` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "app.cli", "load", *command],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env=environment(),
        text=True,
        timeout=LONGEST_S,
    )


@pytest.mark.smoke
def test_a_load_run_succeeds_and_writes_its_reports(shop: Server, tmp_path: Path) -> None:
    json_file, html_file, accounts_file = (
        tmp_path / name for name in ("run.json", "run.html", "accounts.json")
    )
    files = (
        "--json",
        str(json_file),
        "--html",
        str(html_file),
        "--accounts-file",
        str(accounts_file),
    )
    options = ("--accounts", "8", "--processes", "2", "--ramp", "0.5", "--seconds", "5")

    done = load("--url", shop.origin, "--chaos", "--seed", "7", *options, *files)

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "Every promise was kept." in done.stdout
    (run,) = json.loads(json_file.read_text())["runs"]
    assert (run["broken"], run["plan"]["seed"]) == ([], 7)
    assert 8 <= run["sockets"] <= 16
    assert run["ops"] > 0
    assert run["server_cpu_us_per_op"] > 0
    assert html_file.read_text().startswith("<!doctype html>")
    assert len(json.loads(accounts_file.read_text())) == 8


def test_shoppers_whose_frames_are_events_find_every_promise_kept(shop: Server) -> None:
    options = ("--accounts", "4", "--seconds", "3", "--chaos", "--seed", "7")

    done = load("--url", shop.origin, "--transport", "events", *options)

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "Every promise was kept." in done.stdout


def test_the_http_scenario_is_reported_beside_the_socket_scenario(shop: Server) -> None:
    options = ("--accounts", "4", "--rate", "40", "--ramp", "0", "--seconds", "1")

    done = load("--url", shop.origin, "--scenario", "http", *options)

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.count("Every promise was kept.") == 1
    heads = next(line for line in done.stdout.splitlines() if line.startswith("┃"))
    assert heads.split("┃")[2].strip() == "shopping"
    assert heads.split("┃")[3].strip() == "http"


HOUSEHOLDS = ("--accounts", "2", "--household", "5", "--tabs", "10", "--chaos", "--seconds", "5")


@pytest.mark.parametrize(
    ("scenario", "more"), [("events", ()), ("holds", ()), ("queue", ()), ("shopping", HOUSEHOLDS)]
)
def test_scenarios_of_what_only_connections_can_do_keep_every_promise(
    shop: Server, scenario: str, more: tuple[str, ...]
) -> None:
    options = ("--accounts", "8", "--ramp", "0", "--seconds", "3", "--seed", "7", *more)

    done = load("--url", shop.origin, "--scenario", scenario, *options)

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "Every promise was kept." in done.stdout
    assert scenario in next(line for line in done.stdout.splitlines() if line.startswith("┃"))


def test_shoppers_whom_staff_help_find_every_promise_kept(shop: Server, tmp_path: Path) -> None:
    staff = [{"email": f"{name}@shop.example", "password": PASSWORD} for name in ("sam", "kim")]
    for one in staff:
        given = ("account", "add", one["email"], "--name", "Sam", "--staff")
        assert shop.command(*given, given=f"{PASSWORD}\n").returncode == 0
    file = tmp_path / "staff.json"
    file.write_text(json.dumps(staff))
    options = ("--accounts", "8", "--ramp", "0", "--seconds", "4", "--seed", "7")

    done = load("--url", shop.origin, "--scenario", "help", "--staff-file", str(file), *options)

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "Every promise was kept." in done.stdout
    assert "helps given" in done.stdout


def test_ctrl_c_ends_a_load_run_with_its_report(shop: Server) -> None:
    command = ("load", "--url", shop.origin, "--accounts", "2", "--seconds", "3600", "--ramp", "0")
    running = subprocess.Popen(
        [sys.executable, "-m", "app.cli", *command],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    with killed_at_end(running):
        assert running.stdout
        seen = []
        while " push " not in (line := running.stdout.readline()):
            seen.append(line)
        running.send_signal(signal.SIGINT)
        rest = running.stdout.read()

    assert running.returncode == 0, (seen, rest)
    assert "ops answered" in rest
    assert "Every promise was kept." in rest


@pytest.mark.parametrize("case", BAD_ARGUMENTS)
def test_an_impossible_run_prints_one_sentence_and_exits_with_2(case: str) -> None:
    command, message = BAD_ARGUMENTS[case]

    done = load(*command)

    assert (done.returncode, done.stdout.count("Traceback")) == (2, 0)
    assert message in done.stderr.splitlines()[-1]


def test_a_rate_limited_shop_is_reported_with_the_setting_that_lifts_the_limits(
    server_factory: ServerFactory,
) -> None:
    shop = server_factory.open(registrations=1, registrations_per_h=1)

    done = load("--url", shop.origin, "--accounts", "3")

    assert done.returncode == 2
    assert "SHOP_LIMITS=load" in done.stderr
