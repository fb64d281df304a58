"""What `bin/prove` found, as people read it."""

import subprocess
import sys
from pathlib import Path

from tests.e2e.server import ROOT

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


def test_runs_of_one_sentence_stand_in_one_row_and_a_failure_says_why(tmp_path: Path) -> None:
    (tmp_path / "results.xml").write_text(RESULTS)
    words = ("-m", "tests.proof.report", str(tmp_path / "results.xml"))

    told = subprocess.run(
        [sys.executable, *words], capture_output=True, check=True, cwd=ROOT, text=True
    ).stdout

    assert "3 tests in 1 minutes: 2 passed, 1 failure." in told
    assert "| killed often | 2 of 2 passed | 42 | faults: 40; ready: 0.6, 0.7 |" in told
    assert "| it is quiet | 0 of 1 passed | 1 |  |" in told
    assert "**test_it_is_quiet**: it was loud" in told
