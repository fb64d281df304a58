"""Migrations of the tables."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect

from app.store import migrations
from app.store.accounts import find_by_email
from app.store.carts import load_cart
from app.store.database import run_query
from app.store.engines import connect
from app.store.migrations import TooNew, migrate, newest_step
from app.store.tables import metadata
from tests.databases import Databases
from tests.examples import ADA, EMPTY
from tests.store.example_people import ADA_HERSELF

pytestmark = pytest.mark.on_both


@pytest.fixture
def nothing(databases: Databases) -> Iterator[Engine]:
    """Return an engine of an empty database."""
    engine = connect(databases.new())
    yield engine
    engine.dispose()


def differences(connection: Connection) -> list[object]:
    """Return the differences between the tables on disk and those of the code."""
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def step(connection: Connection) -> str | None:
    """Return the revision of the database."""
    return MigrationContext.configure(connection).get_current_revision()


def test_migrating_an_empty_database_creates_the_tables_of_the_code(nothing: Engine) -> None:
    migrate(nothing)

    assert run_query(nothing, differences) == []
    assert {*inspect(nothing).get_table_names()} == {*metadata.tables, "alembic_version"}


def test_an_unmigrated_database_differs_from_the_code(nothing: Engine) -> None:
    assert len(run_query(nothing, differences)) >= len(metadata.tables)


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    before = run_query(engine, step)

    migrate(engine)

    assert run_query(engine, step) == before is not None
    assert run_query(engine, find_by_email, ADA_HERSELF.email) == ADA_HERSELF
    assert run_query(engine, load_cart, ADA) == EMPTY


def test_the_newest_revision_is_the_head_of_alembic(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))

    assert newest_step() == ScriptDirectory.from_config(config).get_current_head()
    assert newest_step() == run_query(engine, step)


def test_servers_that_start_together_migrate_one_after_the_other(databases: Databases) -> None:
    url = databases.new()

    def start(_: int) -> None:
        engine = connect(url)
        migrate(engine)
        engine.dispose()

    with ThreadPoolExecutor(4) as servers:
        assert [*servers.map(start, range(4))] == [None] * 4


def test_a_failed_migration_leaves_nothing_behind(
    nothing: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def upgrade(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("alembic.runtime.migration.HeadMaintainer.update_to_step", upgrade)
        with pytest.raises(ZeroDivisionError):
            migrate(nothing)

    assert inspect(nothing).get_table_names() == []
    migrate(nothing)
    assert run_query(nothing, differences) == []


def test_a_database_of_a_newer_version_is_left_unchanged(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(TooNew, match="9999"):
        migrate(engine)

    assert run_query(engine, step) == "9999"
    assert run_query(engine, load_cart, ADA) == EMPTY
