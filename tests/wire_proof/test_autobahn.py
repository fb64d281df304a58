"""Autobahn's test cases, except those of compression and of messages above the size limit.

They need wstest, which needs Python 2.7; `bin/test` installs it if there is one. WSTEST may name
another program. Without wstest, pytest reports the test as skipped.
"""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.server import ROOT, free_port
from tests.processes import killed_at_end

AUTOBAHN_VENV = ROOT / ".venv-autobahn"
ENVIRON = {
    **os.environ,
    "PATH": f"{AUTOBAHN_VENV / 'bin'}{os.pathsep}{os.environ['PATH']}",
    "PYTHONUSERBASE": str(AUTOBAHN_VENV),
}
WSTEST = shutil.which(os.environ.get("WSTEST", "wstest"), path=ENVIRON["PATH"])
CASES = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*"]
PASSED = {"OK", "INFORMATIONAL"}
FAIL_FAST_CASES = {"6.4.1", "6.4.2", "6.4.3", "6.4.4"}
"""A message that is not UTF-8 is refused when it is whole, not at its first wrong byte."""
MIN_CASES = 240

pytestmark = pytest.mark.skipif(WSTEST is None, reason="there is no Python 2.7 with wstest")


def is_open(port: int) -> bool:
    """Whether a server listens on *port*."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Return the port of an echo server with the shop's websocket."""
    port = free_port()
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.wire_proof.echo_shop"],
            cwd=ROOT,
            env={**os.environ, "PORT": str(port)},
            stderr=log,
        )
    with killed_at_end(process):
        while process.poll() is None and not is_open(port):
            time.sleep(0.1)
        yield port
        process.terminate()
        assert process.wait(20) == 0
    assert (tmp_path / "log").read_text() == ""


@pytest.mark.timeout(600)
async def test_the_websocket_passes_the_autobahn_cases(port: int, tmp_path: Path) -> None:
    assert WSTEST
    configuration = {
        "outdir": str(tmp_path),
        "servers": [{"agent": "shop", "url": f"ws://127.0.0.1:{port}/"}],
        "cases": CASES,
        "exclude-cases": [],
        "exclude-agent-cases": {},
    }
    (tmp_path / "wanted.json").write_text(json.dumps(configuration))

    await asyncio.to_thread(
        subprocess.run,
        [WSTEST, "-m", "fuzzingclient", "-s", str(tmp_path / "wanted.json")],
        check=True,
        cwd=tmp_path,
        env=ENVIRON,
        stdout=subprocess.DEVNULL,
    )

    cases = json.loads((tmp_path / "index.json").read_text())["shop"]
    assert len(cases) > MIN_CASES
    assert {
        name: case
        for name, case in cases.items()
        if not {case["behavior"], case["behaviorClose"]} <= PASSED and name not in FAIL_FAST_CASES
    } == {}
