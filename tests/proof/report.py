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

from app.store.engines import connect
from app.store.queries import run_query

OUTCOMES = ("failure", "error", "skipped")
MAX_MESSAGE_CHARS = 300
MAX_LINES = 3000


class Case(NamedTuple):
    """One test run: its name, outcome, failure message, duration, and recorded properties."""

    name: str
    outcome: str
    message: str
    seconds: float
    properties: dict[str, str]


class Part(NamedTuple):
    """One step outside pytest: its name, outcome, and output."""

    name: str
    outcome: str
    output: list[str]


def main() -> None:
    """Print the report."""
    folder = Path(sys.argv[1])
    results = [parse(path) for path in sorted(folder.glob("*.xml"))]  # noqa: S314 - our own
    cases = [_case(one) for result in results for one in result.iter("testcase")]
    parts = [_part(path) for path in sorted(folder.glob("*.txt"))]
    print("\n".join([*_report(cases), *_report_parts(parts)]))  # noqa: T201 - it is a command


def _case(element: Element) -> Case:
    message = next((one for one in element if one.tag in OUTCOMES), None)
    properties = {one.get("name", ""): one.get("value", "") for one in element.iter("property")}
    return Case(
        element.get("name", ""),
        "passed" if message is None else message.tag,
        "" if message is None else message.get("message", "")[:MAX_MESSAGE_CHARS],
        float(element.get("time", "0")),
        properties,
    )


def _part(path: Path) -> Part:
    *output, outcome = path.read_text("utf-8", "replace").splitlines()
    return Part(path.stem, outcome, output[-MAX_LINES:])


def _report(cases: list[Case]) -> Iterator[str]:
    outcomes = Counter(case.outcome for case in cases)
    minutes = sum(case.seconds for case in cases) / 60
    yield f"# What was proved on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n"
    yield f"Commit {_commit()}; {_machine()}.\n"
    counts = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
    yield f"{len(cases)} tests in {minutes:.0f} minutes: {counts}.\n"
    yield "| what | ended | seconds | seen |\n| --- | --- | --- | --- |"
    for name, runs in _by_test(cases).items():
        seconds = f"{sum(c.seconds for c in runs):.0f}"
        yield f"| {name} | {_outcome(runs)} | {seconds} | {_properties(runs)} |"
    for case in cases:
        if case.message:
            yield f"\n**{case.name}**: {case.message}"


def _report_parts(parts: list[Part]) -> Iterator[str]:
    """Yield the outcome and last line of each part, and then all of their output."""
    if parts:
        yield "\n| beside pytest | ended | seen |\n| --- | --- | --- |"
    for part in parts:
        yield f"| {part.name} | {part.outcome} | {part.output[-1] if part.output else ''} |"
    for part in parts:
        if part.output:
            yield f"\n<details><summary>{part.name}</summary>\n"
            yield "\n".join(["````", *part.output, "````", "", "</details>"])


def _by_test(cases: Iterable[Case]) -> dict[str, list[Case]]:
    """Return the runs of each test, whatever their parameters."""
    runs: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases:
        name = case.name.partition("[")[0].removeprefix("test_").replace("_", " ")
        runs[name].append(case)
    return runs


def _outcome(runs: list[Case]) -> str:
    passed = sum(case.outcome == "passed" for case in runs)
    return f"{passed} of {len(runs)} passed"


def _properties(runs: list[Case]) -> str:
    """Return the recorded properties: numbers of several runs summed, other values listed."""
    values_by_name: defaultdict[str, list[str]] = defaultdict(list)
    for case in runs:
        for name, value in case.properties.items():
            values_by_name[name].append(value)
    return "; ".join(f"{name}: {_combined(values)}" for name, values in values_by_name.items())


def _combined(values: list[str]) -> str:
    if all(value.isdecimal() for value in values):
        return f"{sum(map(int, values)):,}"
    return ", ".join(dict.fromkeys(values))


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    return (
        subprocess.run(command, capture_output=True, check=False, text=True).stdout.strip() or "?"
    )


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
