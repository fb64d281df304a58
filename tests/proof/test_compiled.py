"""The shop that `bin/compile` builds passes the same tests, and is really compiled."""

import os
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES

import pytest

from tests.e2e.server import ROOT

COPY = ROOT / "var/compiled"
FOLDERS = ("domain", "protocol", "live", "ws", "store", "client", "load", "e2e")
COMPILED_MODULES = (
    "app/domain/rules.py",
    "app/live/cart.py",
    "app/ws/connection.py",
    "app/protocol/decode.py",
)
BUILD_S, RUN_S = 600, 3000


@pytest.mark.long
@pytest.mark.timeout(BUILD_S + RUN_S)
def test_the_compiled_shop_passes_the_same_tests() -> None:
    subprocess.run([ROOT / "bin/compile"], check=True, timeout=BUILD_S)
    assert [
        one
        for one in COMPILED_MODULES
        if not (COPY / one).with_suffix(EXTENSION_SUFFIXES[0]).exists()
    ] == []

    fewer_examples = {name: os.environ[name] for name in os.environ.keys() - {"HYPOTHESIS_PROFILE"}}
    words = ("-m", "pytest", "-q", "--exitfirst", *(f"tests/{room}" for room in FOLDERS))
    done = subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        check=False,
        cwd=COPY,
        env=fewer_examples,
        text=True,
        timeout=RUN_S,
    )

    assert done.returncode == 0, done.stdout[-3000:]
