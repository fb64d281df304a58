"""What a server's start costs on a new database: CPU seconds, least and median of seven.

    python -m bench.server_start [CHECKOUT …]

Checkouts, each with a .venv of its own, take turns; without one it is this. The first start of each
compiles what is kept, and is not counted.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from app.load.server import cost
from tests.e2e.server import ROOT, Server

RUNS = 7
LOOK_EVERY_S = 0.5
IDLE_S = 0.02
"""A server that takes less CPU than this between two looks has done all that a start brings."""


class ServerOf(Server):
    """A server of another checkout."""

    def __init__(self, home: Path, checkout: Path):
        super().__init__(home)
        self._checkout = checkout
        self.environment["PYTHONDONTWRITEBYTECODE"] = ""

    def begin(self) -> None:
        """Start the process, without waiting until it is open."""
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [self._checkout / ".venv/bin/python", "-m", "app.cli", "run"],
                cwd=self._checkout,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )


def main(checkouts: list[Path]) -> None:
    """Print what a start of each checkout costs until it is open, and until it is idle."""
    costs: dict[Path, list[tuple[float, float]]] = {checkout: [] for checkout in checkouts}
    for _ in range(1 + RUNS):
        for checkout, known in costs.items():
            known.append(start_cost(checkout))
    for checkout, (_first, *known) in costs.items():
        for name, seconds in zip(("open", "idle"), zip(*known, strict=True), strict=True):
            least, usual = min(seconds), statistics.median(seconds)
            print(f"{checkout.name:20} until {name}: {least:.2f} s, median {usual:.2f} s")


def start_cost(checkout: Path) -> tuple[float, float]:
    """Return the CPU seconds of a new server until it is open, and until it is idle."""
    with TemporaryDirectory() as folder:
        server = ServerOf(Path(folder), checkout)
        server.start()
        opened_s, *_, idle_s = _until_idle(server.running.pid)
        server.end()
        return opened_s, idle_s


def _until_idle(pid: int) -> Iterator[float]:
    """Yield the CPU seconds of a process, at once and then again and again until it is idle."""
    taken_s, before_s = cost(pid).cpu_s, -1.0
    while taken_s - before_s > IDLE_S:
        yield taken_s
        time.sleep(LOOK_EVERY_S)
        taken_s, before_s = cost(pid).cpu_s, taken_s
    yield taken_s


if __name__ == "__main__":
    main([Path(name).resolve() for name in sys.argv[1:]] or [ROOT])
