"""Commands that open many files say at once if they may not, and use what they may."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.server import ROOT, environment

COMMANDS = {
    "a load test": (("load", "--accounts", "40"), "fewer accounts"),
    "a server": (("run",), "ulimit -n 64"),
}


def with_files(limits: str, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of the shop that may open so many files; *limits* are the soft and the hard."""
    settings = environment(database=f"sqlite:///{folder}/shop.db", secret="enough for a test" * 2)
    limited = ("prlimit", f"--nofile={limits}")
    return subprocess.run(
        [*limited, "--", sys.executable, "-m", "app.cli", *words],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env=settings,
        text=True,
        timeout=100,
    )


@pytest.mark.parametrize(("words", "advice"), COMMANDS.values(), ids=COMMANDS)
def test_too_few_files_are_one_sentence_and_no_silence(
    words: tuple[str, ...], advice: str, tmp_path: Path
) -> None:
    done = with_files("50:50", *words, folder=tmp_path)

    assert done.returncode == 2
    assert "open files, and 50 are allowed" in done.stderr
    assert advice in done.stderr
    assert "Traceback" not in done.stderr


def test_a_lower_limit_than_allowed_is_raised(tmp_path: Path) -> None:
    done = with_files(
        "50:2000", "load", "--accounts", "40", "--url", "http://127.0.0.1:1", folder=tmp_path
    )

    assert "does not let us in" in done.stderr
