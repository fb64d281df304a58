"""A database of one's own, as small as they come."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.store.accounts import add_account
from app.store.database import Database, ask, connect
from app.store.migrations import migrate
from tests.examples import EMPTY, NOON
from tests.store.people import ADA_HERSELF


@pytest.fixture(scope="session")
def with_ada(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a database in which there is nothing but Ada and her empty cart, to be copied."""
    file = tmp_path_factory.mktemp("store") / "shop.db"
    engine = connect(f"sqlite:///{file}")
    migrate(engine)
    ask(engine, add_account, ADA_HERSELF, EMPTY.epoch, NOON)
    engine.dispose()
    return file


@pytest.fixture
def url(with_ada: Path, tmp_path: Path) -> str:
    """Return where the test's own database is."""
    return f"sqlite:///{shutil.copy(with_ada, tmp_path / 'shop.db')}"


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
