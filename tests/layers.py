"""Which command runs which tests: `bin/test`, `bin/prove --short` or `bin/prove` (docs/testing.md).

A test in one of the PROCESS_FOLDERS is `short`, and so is a case on PostgreSQL in tests/http,
unless it is marked `smoke`, or `smoke("sqlite")` for its case on SQLite alone. A test marked
`short` or `long` is that wherever it stands.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
AREAS = {
    "browser": "browser",
    "client": "clients",
    "e2e": "servers",
    "http": "pages on PostgreSQL",
    "load": "load test",
    "proof": "proofs",
    "wire_proof": "protocol proofs",
}
"""What a summary calls the tests of a folder."""
PROCESS_FOLDERS = frozenset({"browser", "e2e", "proof", "wire_proof"})
CORE_FOLDERS = frozenset({"domain", "protocol"})
"""`bin/test` runs these first, and by themselves, to see that they reach every branch."""
COMMANDS = {"short": "bin/prove --short", "long": "bin/prove"}
"""Which command runs what `bin/test` leaves out, by the mark."""


def mark_layer(item: pytest.Item) -> None:
    """Mark *item* as `core` for its folder, and as `short` for its folder or its database."""
    if folder_of(item.nodeid) in CORE_FOLDERS:
        item.add_marker(pytest.mark.core)
    if (
        not _is_smoke(item)
        and not any(item.get_closest_marker(name) for name in COMMANDS)
        and (folder_of(item.nodeid) in PROCESS_FOLDERS or _is_page_on_postgresql(item))
    ):
        item.add_marker(pytest.mark.short)


def mark_further_cases(items: Iterable[pytest.Item]) -> None:
    """Mark all cases of a test of pages but its first as `no_cover`: tracing doubles their time.

    They take the longest of all cases, and go the same ways through the shop.
    """
    seen = set[str]()
    for item in items:
        test = item.nodeid.partition("[")[0]
        if test in seen and folder_of(test) == "http":
            item.add_marker(pytest.mark.no_cover)
        seen.add(test)


def folder_of(nodeid: str) -> str:
    """Return the folder of a test below `tests/`, or its file if it stands there itself."""
    return nodeid.partition("::")[0].split("/")[1]


def count_left(items: Iterable[pytest.Item]) -> Counter[str]:
    """Count deselected tests by command and area, as “command|area”."""
    return Counter(
        f"{command}|{AREAS.get(folder_of(item.nodeid), 'others')}"
        for item in items
        for mark, command in COMMANDS.items()
        if item.get_closest_marker(mark)
    )


def summarize_left(left: Mapping[str, int]) -> list[str]:
    """Return a line for each command to which tests were left."""
    return [
        f"left to {command}: {sum(areas.values())} tests ("
        + ", ".join(f"{area} {count}" for area, count in areas.most_common())
        + ")"
        for command in COMMANDS.values()
        if (areas := _areas(left, command))
    ]


def _areas(left: Mapping[str, int], command: str) -> Counter[str]:
    split = ((key.partition("|"), count) for key, count in left.items())
    return Counter({area: count for (name, _, area), count in split if name == command})


def _is_smoke(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("smoke")
    return mark is not None and (not mark.args or _database_kind(item) in mark.args)


def _is_page_on_postgresql(item: pytest.Item) -> bool:
    return folder_of(item.nodeid) == "http" and _database_kind(item) == "postgresql"


def _database_kind(item: pytest.Item) -> str | None:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("database_kind") if callspec else None
