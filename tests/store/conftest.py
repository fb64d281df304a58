"""A database of one's own, as small as they come."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from app.store.accounts import add_account
from app.store.database import Database, run_query
from app.store.engines import connect
from app.store.migrations import migrate
from tests.databases import Databases
from tests.examples import EMPTY, NOON
from tests.store.people import ADA_HERSELF


@pytest.fixture(scope="session")
def with_ada(databases: Databases) -> str:
    """Make a database in which there is nothing but Ada and her empty cart, to be copied."""
    url = databases.new()
    engine = connect(url)
    migrate(engine)
    run_query(engine, add_account, ADA_HERSELF, EMPTY.epoch, NOON)
    engine.dispose()
    return url


@pytest.fixture
def url(databases: Databases, with_ada: str) -> Iterator[str]:
    """Return where the test's own database is."""
    url = databases.copy(with_ada)
    yield url
    databases.drop(url)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """Return a way into the database, like that of a command."""
    engine = connect(url)
    yield engine
    engine.dispose()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """Return the database as the server has it open."""
    database = Database(url)
    yield database
    database.close()
