"""Rows of carts are written at once where that needs no waiting, and committed in the thread."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import Engine

from app.domain.errors import DatabaseUnavailable
from app.domain.ops import SetNote
from app.domain.outbox import EvictedOutbox
from app.store.accounts import add_account
from app.store.cart_rows import Save
from app.store.cart_saves import SaveConflicts, as_save
from app.store.carts import load_cart
from app.store.database import Database
from app.store.engines import open_to_write
from app.store.migrations import migrate
from app.store.queries import run_query
from app.store.timeouts import OF_SERVER
from app.store.write_connection import WriteConnection
from tests.databases import Cluster, locked
from tests.examples import ADA, EMPTY, HERE, NOON, after
from tests.store.example_people import ADA_HERSELF, BOB, BOB_HIMSELF

NOTED = as_save(after(SetNote("Ring twice")), ())
STALE = Save(BOB, 7, 8, NOTED.rev, NOTED.body)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Return an engine on a file with the carts of Ada and Bob."""
    engine = open_to_write(f"sqlite:///{tmp_path / 'shop.db'}")
    migrate(engine)
    for person in (ADA_HERSELF, BOB_HIMSELF):
        run_query(engine, add_account, person, EMPTY.epoch, NOON)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[WriteConnection]:
    """Return a connection to that file, which has been used before."""
    own = open_to_write(engine.url.render_as_string())
    connection = WriteConnection(own)
    connection.run(load_cart, ADA)
    yield connection
    connection.close()
    own.dispose()


def note(engine: Engine) -> str:
    """Return the note in Ada's cart as committed."""
    return run_query(engine, load_cart, ADA).note


def driver_of(connection: WriteConnection) -> Any:
    """Return the driver's connection."""
    return connection.run(lambda it: it.connection.driver_connection)


def test_what_was_begun_is_in_the_database_once_it_is_committed(
    connection: WriteConnection, tmp_path: Path
) -> None:
    assert connection.begin([NOTED], NOON)

    connection.commit()

    again = open_to_write(f"sqlite:///{tmp_path / 'shop.db'}")
    assert note(again) == "Ring twice"
    again.dispose()


def test_nothing_is_begun_before_there_is_a_connection(engine: Engine) -> None:
    connection = WriteConnection(engine)

    assert not connection.begin([NOTED], NOON)


def test_evicted_outboxes_are_left_to_a_save(connection: WriteConnection) -> None:
    evicting = Save(ADA, 0, 1, 1, NOTED.body, (EvictedOutbox(HERE, 7),))

    assert not connection.begin([evicting], NOON)


def test_a_stale_cart_leaves_nothing_begun(connection: WriteConnection, engine: Engine) -> None:
    for saves in ([STALE], [NOTED, STALE]):
        assert not connection.begin(saves, NOON)
        assert not driver_of(connection).in_transaction

    assert note(engine) == ""


def test_an_error_in_a_value_leaves_nothing_begun(
    connection: WriteConnection, engine: Engine
) -> None:
    broken = Save(BOB, 0, 1, 1, None)  # type: ignore[arg-type]

    assert not connection.begin([NOTED, broken], NOON)

    assert not driver_of(connection).in_transaction
    assert note(engine) == ""


def test_a_lock_of_another_process_is_not_waited_for_here_and_is_in_the_next_save(
    connection: WriteConnection, engine: Engine
) -> None:
    driver = driver_of(connection)
    with locked(engine):
        began_s = monotonic()
        assert not connection.begin([NOTED], NOON)
        waited_s = monotonic() - began_s
        (timeout_ms,) = driver.execute("PRAGMA busy_timeout").fetchone()

    assert waited_s < OF_SERVER.lock_ms / 1000 / 2
    assert timeout_ms == OF_SERVER.lock_ms
    assert connection.save([NOTED], NOON) == SaveConflicts()


def test_what_cannot_be_committed_is_rolled_back(
    connection: WriteConnection, engine: Engine
) -> None:
    driver = driver_of(connection)
    assert connection.begin([NOTED], NOON)
    driver.execute("PRAGMA defer_foreign_keys = ON")
    driver.execute("INSERT INTO outboxes VALUES ('nobody', 'x', 1, 1)")

    with pytest.raises(Exception, match="FOREIGN KEY"):
        connection.commit()

    assert not driver.in_transaction
    assert note(engine) == ""
    assert connection.save([NOTED], NOON) == SaveConflicts()


def test_a_transaction_that_was_left_open_is_not_committed_by_the_next(
    connection: WriteConnection, engine: Engine
) -> None:
    assert connection.begin([NOTED], NOON)

    assert not connection.begin([Save(BOB, 0, 1, 1, NOTED.body)], NOON)
    with pytest.raises(DatabaseUnavailable):
        connection.save([Save(BOB, 0, 1, 1, NOTED.body)], NOON)

    assert note(engine) == ""
    assert connection.save([NOTED], NOON) == SaveConflicts()


@pytest.fixture
async def database(engine: Engine) -> AsyncIterator[Database]:
    """Return a database on that file, whose connection has been used before."""
    database = Database(engine.url.render_as_string())
    await database.write(load_cart, ADA)
    yield database
    database.close()


@pytest.fixture
def saves_in_thread(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return a list of the saves that are done in the thread as a whole."""
    saves: list[Any] = []
    save = WriteConnection.save

    def record(*args: Any) -> SaveConflicts:
        saves.append(args)
        return save(*args)

    monkeypatch.setattr(WriteConnection, "save", record)
    return saves


async def test_the_thread_only_commits(
    database: Database, engine: Engine, saves_in_thread: list[Any]
) -> None:
    assert await database.save([NOTED], NOON) == SaveConflicts()

    assert not saves_in_thread
    assert note(engine) == "Ring twice"


async def test_a_thread_that_has_other_work_does_the_whole_save_after_it(
    database: Database, engine: Engine, saves_in_thread: list[Any]
) -> None:
    other = asyncio.create_task(database.write(load_cart, ADA))
    await asyncio.sleep(0)

    assert await database.save([NOTED], NOON) == SaveConflicts()

    assert (await other).note == ""
    assert len(saves_in_thread) == 1
    assert note(engine) == "Ring twice"


def test_postgresql_saves_in_the_thread(cluster: Cluster) -> None:
    engine = open_to_write(cluster.new())
    migrate(engine)
    run_query(engine, add_account, ADA_HERSELF, EMPTY.epoch, NOON)
    connection = WriteConnection(engine)
    connection.run(load_cart, ADA)

    assert not connection.begin([NOTED], NOON)

    connection.close()
    engine.dispose()
