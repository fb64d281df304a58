"""Compares what an op or a handshake costs here and in another checkout, which take turns.

    python -m bench.against DIRECTORY [--rounds 3] [--seconds 3] [--window 1 8 32] [--tabs 2000]

Each side is measured by its own `bench`, with its own `.venv`, so the two need not speak the same
version of the protocol. On a machine whose speed drifts, only the ratio of medians counts.
"""

import argparse
import re
import subprocess
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from bench.operations import WINDOWS

HERE = Path(__file__).parents[1]
COST = re.compile(r"([\d,]+) µs")
HANDSHAKE = "a handshake"
HEAD = "| | there | here | ratio |\n| --- | --- | --- | --- |"

Costs = Mapping[str, int]
"""CPU in microseconds, by what it is for."""


def measure_ops(checkout: Path, seconds: float, window: int) -> Costs:
    """Return the cost of an op, by accounts and tabs."""
    words = ("bench.operations", "--seconds", str(seconds), "--window", str(window))
    rows = [line for line in _run(checkout, *words).splitlines() if COST.search(line)]
    return {f"{row.split('|')[1].strip()}, {window} in flight": _cost(row) for row in rows}


def measure_connects(checkout: Path, tabs: int) -> Costs:
    """Return the cost of a handshake with its hello, and a cart to show."""
    return {HANDSHAKE: _cost(_run(checkout, "bench.connects", str(tabs)))}


def compare(other: Path, rounds: int, seconds: float, windows: Sequence[int], tabs: int) -> None:
    """Print the medians of all rounds, and their ratio."""
    there: dict[str, list[int]] = defaultdict(list)
    here: dict[str, list[int]] = defaultdict(list)
    for number in range(1, rounds + 1):
        for window in windows:
            _add(there, measure_ops(other, seconds, window))
            _add(here, measure_ops(HERE, seconds, window))
        _add(there, measure_connects(other, tabs))
        _add(here, measure_connects(HERE, tabs))
        print(f"\nAfter round {number} of {rounds}:\n\n{HEAD}")
        for name, costs in there.items():
            before, now = median(costs), median(here[name])
            print(f"| {name} | {before:.0f} µs | {now:.0f} µs | {now / before:.2f} |", flush=True)


def _add(costs: Mapping[str, list[int]], more: Costs) -> None:
    for name, cost in more.items():
        costs[name].append(cost)


def _cost(text: str) -> int:
    found = COST.search(text)
    assert found, text
    return int(found[1].replace(",", ""))


def _run(checkout: Path, *words: str) -> str:
    done = subprocess.run(
        [checkout / ".venv/bin/python", "-m", *words],
        cwd=checkout,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("other", type=Path, metavar="DIRECTORY")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--window", dest="windows", type=int, nargs="+", default=WINDOWS)
    parser.add_argument("--tabs", type=int, default=2000, help="how many handshakes")
    given = vars(parser.parse_args())
    compare(given.pop("other").absolute(), **given)
