"""Prints the results of `bin/prove` as Markdown, from the files of its steps in a folder.

`python -m tests.proof.report FOLDER`: `*.xml` are results of pytest, `*.txt` the output of other
steps, whose last line is their outcome.
"""

import os
import platform
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from xml.etree.ElementTree import Element, parse

from app.store.database import run_query
from app.store.engines import connect

TROUBLES = ("failure", "error", "skipped")
LONGEST_TROUBLE = 300
MOST_LINES = 3000


class Case(NamedTuple):
    """One test run: its name, outcome, failure message, duration, and recorded properties."""

    name: str
    outcome: str
    trouble: str
    seconds: float
    notes: dict[str, str]


class Part(NamedTuple):
    """One step outside pytest: its name, outcome, and output."""

    name: str
    ended: str
    said: list[str]


def main() -> None:
    """Print the report."""
    folder = Path(sys.argv[1])
    results = [parse(path) for path in sorted(folder.glob("*.xml"))]  # noqa: S314 - our own
    cases = [_case(one) for result in results for one in result.iter("testcase")]
    parts = [_part(path) for path in sorted(folder.glob("*.txt"))]
    print("\n".join([*_report(cases), *_beside(parts)]))  # noqa: T201 - it is a command


def _case(element: Element) -> Case:
    trouble = next((one for one in element if one.tag in TROUBLES), None)
    notes = {one.get("name", ""): one.get("value", "") for one in element.iter("property")}
    return Case(
        element.get("name", ""),
        "passed" if trouble is None else trouble.tag,
        "" if trouble is None else trouble.get("message", "")[:LONGEST_TROUBLE],
        float(element.get("time", "0")),
        notes,
    )


def _part(path: Path) -> Part:
    *said, ended = path.read_text("utf-8", "replace").splitlines()
    return Part(path.stem, ended, said[-MOST_LINES:])


def _report(cases: list[Case]) -> Iterator[str]:
    outcomes = Counter(case.outcome for case in cases)
    minutes = sum(case.seconds for case in cases) / 60
    yield f"# What was proved on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n"
    yield f"Commit {_commit()}; {_machine()}.\n"
    told = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
    yield f"{len(cases)} tests in {minutes:.0f} minutes: {told}.\n"
    yield "| what | ended | seconds | seen |\n| --- | --- | --- | --- |"
    for name, alike in _by_sentence(cases).items():
        yield f"| {name} | {_ended(alike)} | {sum(c.seconds for c in alike):.0f} | {_seen(alike)} |"
    for case in cases:
        if case.trouble:
            yield f"\n**{case.name}**: {case.trouble}"


def _beside(parts: list[Part]) -> Iterator[str]:
    """Yield the outcome and last line of each part, and then all of their output."""
    if parts:
        yield "\n| beside pytest | ended | seen |\n| --- | --- | --- |"
    for part in parts:
        yield f"| {part.name} | {part.ended} | {part.said[-1] if part.said else ''} |"
    for part in parts:
        if part.said:
            yield f"\n<details><summary>{part.name}</summary>\n"
            yield "\n".join(["````", *part.said, "````", "", "</details>"])


def _by_sentence(cases: Iterable[Case]) -> dict[str, list[Case]]:
    """Return the runs of each test, whatever their parameters."""
    alike: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases:
        name = case.name.partition("[")[0].removeprefix("test_").replace("_", " ")
        alike[name].append(case)
    return alike


def _ended(alike: list[Case]) -> str:
    passed = sum(case.outcome == "passed" for case in alike)
    return f"{passed} of {len(alike)} passed"


def _seen(alike: list[Case]) -> str:
    """Return the recorded properties: numbers of several runs summed, other values listed."""
    seen: defaultdict[str, list[str]] = defaultdict(list)
    for case in alike:
        for name, value in case.notes.items():
            seen[name].append(value)
    return "; ".join(f"{name}: {_together(values)}" for name, values in seen.items())


def _together(values: list[str]) -> str:
    if all(value.isdecimal() for value in values):
        return f"{sum(map(int, values)):,}"
    return ", ".join(dict.fromkeys(values))


def _commit() -> str:
    asked = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(asked, capture_output=True, check=False, text=True).stdout.strip() or "?"


def _machine() -> str:
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()},"
        f" SQLite {_sqlite()}"
    )


def _sqlite() -> str:
    with TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{folder}/empty.db")
        version = run_query(
            engine, lambda it: it.exec_driver_sql("SELECT sqlite_version()").scalar()
        )
        engine.dispose()
    return str(version)


if __name__ == "__main__":
    main()
