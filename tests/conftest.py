"""Fixtures and hooks for all tests; those of one folder are in its own `conftest.py`."""

import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from os import getenv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from app.runtime.garbage_collector import collect_cycles_rarely, keep_what_exists
from tests import layers
from tests.databases import KINDS, Cluster, Databases, Files, find_postgresql, open_cluster

settings.register_profile("test", max_examples=100, deadline=None, print_blob=True)
settings.register_profile("quick", settings.get_profile("test"), max_examples=200)
settings.register_profile("short", settings.get_profile("test"), max_examples=1000)
settings.register_profile("long", settings.get_profile("test"), max_examples=20_000)
settings.load_profile(getenv("HYPOTHESIS_PROFILE", "test"))

LEFT = pytest.StashKey[Counter[str]]()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests that are marked `on_both` on SQLite and on PostgreSQL."""
    if "database_kind" in metafunc.fixturenames and metafunc.definition.get_closest_marker(
        "on_both"
    ):
        metafunc.parametrize("database_kind", KINDS, indirect=True, scope="session")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests for the commands that run them; long ones come first, by descending timeout."""
    for item in items:
        layers.mark_layer(item)
    items.sort(key=_long_timeout_s, reverse=True)


def pytest_configure(config: pytest.Config) -> None:
    """Initialize the count of deselected tests, and let SIGINT end what tests start.

    A shell has what it runs in the background ignore SIGINT, and programs inherit that.
    """
    collect_cycles_rarely()
    config.stash[LEFT] = Counter[str]()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Mark what is not measured, and keep the collector of cycles away from modules and tests.

    To visit them all takes longer than to make an app for a test.
    """
    layers.mark_further_cases(session.items)
    keep_what_exists()


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Count tests that are left to other commands."""
    if items:
        left = items[0].config.stash[LEFT]
        left.update(layers.count_left(items))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Pass a pytest-xdist worker's counts to the controller."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        left = session.config.stash[LEFT]
        output["left"] = dict(left)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the counts of one worker; they are all equal, since each worker collects all tests."""
    if left := getattr(node, "workeroutput", {}).get("left"):
        node.config.stash[LEFT] = Counter[str](left)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print how many tests were left to which command."""
    left = config.stash[LEFT]
    for line in layers.summarize_left(left):
        terminalreporter.write_line(line)


def _long_timeout_s(item: pytest.Item) -> float:
    timeout = item.get_closest_marker("timeout")
    return timeout.args[0] if timeout and item.get_closest_marker("long") else 0.0


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return the kind of database that the test uses; SQLite by default."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture(scope="session")
def postgresql() -> Path:
    """Return the folder of PostgreSQL's programs; without them bin/test fails in CI."""
    if (binaries := find_postgresql()) is None:
        pytest.skip("there is no PostgreSQL server here (on Debian: apt-get install postgresql)")
    return binaries


@pytest.fixture(scope="session")
def cluster(postgresql: Path) -> Iterator[Cluster]:
    """Return a PostgreSQL server."""
    with open_cluster(postgresql) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def databases(
    database_kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Databases:
    """Return the factory of databases of the kind that the test uses."""
    if database_kind == "sqlite":
        return Files(tmp_path_factory.mktemp("databases"))
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster
