"""The report of `bin/prove` in Markdown."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.server import ROOT

pytestmark = pytest.mark.smoke

RESULTS = """\
<testsuites><testsuite>
<testcase name="test_killed_often[1]" time="20.0">
  <properties><property name="faults" value="20"/><property name="ready" value="0.6"/></properties>
</testcase>
<testcase name="test_killed_often[2]" time="22.4">
  <properties><property name="faults" value="20"/><property name="ready" value="0.7"/></properties>
</testcase>
<testcase name="test_it_is_quiet" time="1.0"><failure message="it was loud"/></testcase>
</testsuite></testsuites>
"""


def report(folder: Path) -> str:
    """Return the report on the results in *folder*."""
    return subprocess.run(
        [sys.executable, "-m", "tests.proof.report", str(folder)],
        capture_output=True,
        check=True,
        cwd=ROOT,
        text=True,
    ).stdout


def test_runs_of_one_test_share_a_row_and_a_failure_shows_its_message(tmp_path: Path) -> None:
    (tmp_path / "results.xml").write_text(RESULTS)

    page = report(tmp_path)

    assert "3 tests in 1 minutes: 2 passed, 1 failure." in page
    assert "| killed often | 2 of 2 passed | 42 | faults: 40; ready: 0.6, 0.7 |" in page
    assert "| it is quiet | 0 of 1 passed | 1 |  |" in page
    assert "**test_it_is_quiet**: it was loud" in page


def test_results_of_several_files_are_summed(tmp_path: Path) -> None:
    (tmp_path / "one.xml").write_text(RESULTS)
    (tmp_path / "other.xml").write_text(RESULTS)

    assert "6 tests in 1 minutes: 4 passed, 2 failure." in report(tmp_path)


def test_other_steps_are_reported_with_their_outcome_and_output(tmp_path: Path) -> None:
    (tmp_path / "fuzzing.txt").write_text("atheris is not here: left out\n")
    (tmp_path / "mutations.txt").write_text("-x = 1\n+x = 2\n9 of 10\nfailed after 7 s\n")

    page = report(tmp_path)

    assert "| fuzzing | atheris is not here: left out |  |" in page
    assert "| mutations | failed after 7 s | 9 of 10 |" in page
    assert "<summary>mutations</summary>\n\n````\n-x = 1\n+x = 2\n9 of 10\n````" in page
    assert "<summary>fuzzing</summary>" not in page
