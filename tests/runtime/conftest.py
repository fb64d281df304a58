"""Fixtures: the URL of a seeded database, and a connection with planned outages."""

from collections.abc import Iterator

import pytest

from app.store.engines import connect
from app.store.migrations import migrate
from app.store.queries import run_query
from app.store.seed import seed
from tests.databases import Databases
from tests.http.flaky import FlakyDatabase


@pytest.fixture
def url(databases: Databases) -> str:
    """Return the URL of a database with the demo shop's products."""
    engine = connect(url := databases.new())
    migrate(engine)
    run_query(engine, seed)
    engine.dispose()
    return url


@pytest.fixture
def database(url: str) -> Iterator[FlakyDatabase]:
    """Return an open database that can have an outage."""
    database = FlakyDatabase(url)
    yield database
    database.close()
