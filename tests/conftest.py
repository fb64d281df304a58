"""What every test may ask for; what only one folder needs lives in that folder."""

from collections.abc import Iterator
from os import getenv
from pathlib import Path

import pytest
from hypothesis import settings

from tests.databases import KINDS, Cluster, Databases, Files, find_postgresql, open_cluster

settings.register_profile("shop", max_examples=1000, deadline=None, print_blob=True)
settings.register_profile("quick", settings.get_profile("shop"), max_examples=200)
settings.register_profile("long", settings.get_profile("shop"), max_examples=20_000)
settings.load_profile(getenv("HYPOTHESIS_PROFILE", "shop"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is marked so on both kinds of databases."""
    if "database_kind" in metafunc.fixturenames and metafunc.definition.get_closest_marker(
        "on_both"
    ):
        metafunc.parametrize("database_kind", KINDS, indirect=True, scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what may take longest, so that nothing is left for one process alone."""
    items.sort(key=_may_take_s, reverse=True)


def _may_take_s(item: pytest.Item) -> float:
    timeout = item.get_closest_marker("timeout")
    return timeout.args[0] if timeout and item.get_closest_marker("long") else 0.0


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return which kind of database the test is about; SQLite, if it does not matter."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture(scope="session")
def postgresql() -> Path:
    """Return where the programs of PostgreSQL are; without them bin/test fails in CI."""
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
    """Return where databases are made."""
    if database_kind == "sqlite":
        return Files(tmp_path_factory.mktemp("databases"))
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster
