"""Each script in examples/ runs against a real shop."""

import asyncio
import csv
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from app.client import Shop
from tests.e2e.server import ROOT, Server

SETTINGS = {"limits": "load", "log": "warning"}
EXAMPLES = ROOT / "examples"
ARTILLERY = shutil.which("artillery")
STEPS = {"get", "post", "think"}


def run_to_end(*command: str, seconds: float = 25) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        command, capture_output=True, check=False, cwd=ROOT, text=True, timeout=seconds
    )


async def test_the_python_example_adds_a_product_to_a_cart(shop: Server) -> None:
    account = await Shop(shop.origin).register("thirty@example.org", "a long enough one", "Ada")
    command = (sys.executable, str(EXAMPLES / "cart.py"), shop.origin, account.cookie)

    done = await asyncio.to_thread(run_to_end, *command)

    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()][-2:] == ["ok", "patch"]
    assert (await account.cart()).lines["milk-2l"].qty == 2  # type: ignore[index]


def test_the_locust_example_runs_without_a_failure(shop: Server, tmp_path: Path) -> None:
    target = ("-f", str(EXAMPLES / "locustfile.py"), "--host", shop.origin)
    options = ("--headless", "-u", "4", "-r", "4", "-t", "3s", "--csv", str(tmp_path / "report"))

    done = run_to_end(sys.executable, "-m", "locust", *target, *options, "--only-summary")

    assert done.returncode == 0, done.stderr
    with (tmp_path / "report_stats.csv").open() as file:
        rows = {row["Name"]: row for row in csv.DictReader(file)}
    assert int(rows["Aggregated"]["Failure Count"]) == 0
    assert int(rows["op"]["Request Count"]) > 0
    assert int(rows["/api/cart/ops"]["Request Count"]) > 0


def test_the_artillery_example_has_the_keys_that_artillery_reads() -> None:
    script = yaml.safe_load((EXAMPLES / "artillery.yml").read_text())
    flow = script["scenarios"][0]["flow"]
    posts = [step["post"]["url"] for step in flow if "post" in step]

    assert set(script) == {"config", "scenarios"}
    assert all({"duration", "arrivalRate"} <= set(phase) for phase in script["config"]["phases"])
    assert {name for step in flow for name in step} == STEPS
    assert posts == ["/api/accounts", *["/api/cart/ops"] * 3]


@pytest.mark.skipif(ARTILLERY is None, reason="artillery is not installed: 461 npm packages")
def test_the_artillery_example_meets_its_expectations(shop: Server) -> None:
    assert ARTILLERY
    script = str(EXAMPLES / "artillery.yml")

    done = run_to_end(ARTILLERY, "run", "--target", shop.origin, script, seconds=28)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "plugins.expect.ok.equals" in done.stdout
    assert "expect.failed" not in done.stdout
