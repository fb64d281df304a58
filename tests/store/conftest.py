"""A small database for each test."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from app.store.accounts import add_account
from app.store.database import Database
from app.store.engines import connect
from app.store.migrations import migrate
from app.store.queries import run_query
from tests.databases import Databases
from tests.examples import EMPTY, NOON
from tests.store.example_people import ADA_HERSELF


@pytest.fixture(scope="session")
def with_ada(databases: Databases) -> str:
    """Return a database with only Ada and her empty cart, which tests copy."""
    url = databases.new()
    engine = connect(url)
    migrate(engine)
    run_query(engine, add_account, ADA_HERSELF, EMPTY.epoch, NOON)
    engine.dispose()
    return url


@pytest.fixture
def url(databases: Databases, with_ada: str) -> Iterator[str]:
    """Return the URL of the test's own database."""
    url = databases.copy(with_ada)
    yield url
    databases.drop(url)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """Return an engine of the database, as a command uses it."""
    engine = connect(url)
    yield engine
    engine.dispose()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """Return the database as the server has it open."""
    database = Database(url)
    yield database
    database.close()
