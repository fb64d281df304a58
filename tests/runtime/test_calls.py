"""What an op costs in calls, which does not depend on the machine."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MOST = 38
"""Python calls an op with two tabs, from the bytes received to the bytes written.

It takes about 36, however busy the machine is: what happens every second is not counted.
"""


def test_an_op_takes_few_python_calls() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.calls"],
        capture_output=True,
        check=True,
        cwd=ROOT,
        text=True,
    )
    calls, _, _ = done.stdout.partition(" Python calls an op")

    assert 10 < float(calls) <= MOST, done.stdout
