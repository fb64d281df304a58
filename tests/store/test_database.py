"""Queries, and which errors are outages."""

import asyncio
import os
import sqlite3
import stat
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.domain.errors import DatabaseUnavailable
from app.store.accounts import EmailTaken, add_account, find_by_email, improve_hash
from app.store.carts import load_cart
from app.store.database import Database
from app.store.engines import connect, open_to_write
from app.store.migrations import migrate
from app.store.outages import is_outage
from app.store.queries import run_query
from tests.databases import SHORT_LOCKS, Cluster, locked
from tests.examples import ADA, EMPTY, NOON
from tests.store.example_people import ADA_HERSELF


def hash_of_ada(connection: Connection) -> str | None:
    """Return the stored hash of Ada's password."""
    person = find_by_email(connection, ADA_HERSELF.email)
    return person.password_hash if person else None


def change_and_fail(connection: Connection) -> None:
    """Change a password, and raise before the commit."""
    improve_hash(connection, ADA, "changed")
    raise ZeroDivisionError


pytestmark = pytest.mark.on_both


async def test_a_committed_write_can_be_read(database: Database) -> None:
    await database.write(improve_hash, ADA, "changed")

    assert await database.read(hash_of_ada) == "changed"


async def test_a_failed_write_changes_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        await database.write(change_and_fail)

    assert await database.read(hash_of_ada) == "hash of her password"


def test_a_failed_write_of_a_command_changes_nothing(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError):
        run_query(engine, change_and_fail)

    assert run_query(engine, hash_of_ada) == "hash of her password"


async def test_a_database_error_contains_no_parameter_values(
    database: Database,
) -> None:
    with pytest.raises(EmailTaken) as refused:
        await database.write(add_account, ADA_HERSELF, EMPTY.epoch, NOON)

    fault = str(refused.value.__cause__)
    assert "INSERT INTO accounts" in fault
    assert ADA_HERSELF.password_hash not in fault


async def test_a_query_runs_to_its_end_even_if_its_caller_is_cancelled(database: Database) -> None:
    began, may_end = threading.Event(), threading.Event()

    def change_slowly(connection: Connection) -> None:
        began.set()
        improve_hash(connection, ADA, "changed")
        may_end.wait()

    writing = asyncio.create_task(database.write(change_slowly))
    await asyncio.to_thread(began.wait)
    writing.cancel()
    with suppress(asyncio.CancelledError):
        await writing
    may_end.set()

    await database.write(load_cart, ADA)
    assert await database.read(hash_of_ada) == "changed"


async def test_writes_run_one_at_a_time_in_order_of_submission(
    database: Database,
) -> None:
    await asyncio.gather(*(database.write(improve_hash, ADA, str(n)) for n in range(20)))

    assert await database.read(hash_of_ada) == "19"


async def test_a_lock_of_another_process_makes_the_database_unavailable(
    url: str, engine: Engine
) -> None:
    database = Database(url, SHORT_LOCKS)
    with locked(engine):
        with pytest.raises(DatabaseUnavailable, match=r"^database is locked$|lock timeout"):
            await database.write(improve_hash, ADA, "changed")
        assert await database.read(load_cart, ADA) == EMPTY

    await database.write(improve_hash, ADA, "changed")
    assert await database.read(hash_of_ada) == "changed"
    database.close()


def test_a_lock_of_another_process_makes_the_database_unavailable_to_a_command(
    url: str, engine: Engine
) -> None:
    other = open_to_write(url, SHORT_LOCKS)
    with locked(engine), pytest.raises(DatabaseUnavailable):
        run_query(other, improve_hash, ADA, "changed")
    other.dispose()


async def test_a_write_neither_waits_for_a_read_nor_disturbs_it(url: str, engine: Engine) -> None:
    database = Database(url)
    read_once, may_read_on = threading.Event(), threading.Event()

    def read_twice(connection: Connection) -> tuple[str | None, str | None]:
        first = hash_of_ada(connection)
        read_once.set()
        may_read_on.wait()
        return first, hash_of_ada(connection)

    reading = asyncio.create_task(database.read(read_twice))
    await asyncio.to_thread(read_once.wait)
    await database.write(improve_hash, ADA, "changed")
    may_read_on.set()

    assert await reading == ("hash of her password", "hash of her password")
    assert run_query(engine, hash_of_ada) == "changed"
    database.close()


async def test_a_file_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/no/such/folder.db")

    with pytest.raises(DatabaseUnavailable, match="unable to open"):
        await database.read(load_cart, ADA)
    database.close()


async def test_closing_waits_for_submitted_queries(url: str, engine: Engine) -> None:
    database = Database(url)
    writing = [asyncio.create_task(database.write(improve_hash, ADA, str(n))) for n in range(5)]
    await asyncio.sleep(0)

    database.close()

    assert run_query(engine, hash_of_ada) == "4"
    await asyncio.gather(*writing)


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)]
)
async def test_a_commit_to_a_file_survives_a_power_loss(
    tmp_path: Path, pragma: str, value: object
) -> None:
    database = Database(f"sqlite:///{tmp_path}/shop.db")

    def setting(connection: Connection) -> object:
        return connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()

    assert await database.write(setting) == value
    assert await database.read(setting) == value
    database.close()


@pytest.mark.parametrize(
    ("name", "value"), [("synchronous_commit", "on"), ("enable_hashjoin", "off")]
)
async def test_a_postgresql_connection_overrides_the_settings_of_its_database(
    cluster: Cluster, name: str, value: str
) -> None:
    url = cluster.new()
    inverse = {"on": "off", "off": "on"}[value]
    cluster.execute(f"ALTER DATABASE {make_url(url).database} SET {name} = {inverse}")
    database = Database(url)

    def setting(connection: Connection) -> object:
        return connection.exec_driver_sql(f"SHOW {name}").scalar()

    assert await database.write(setting) == value
    database.close()


@pytest.mark.parametrize(
    "trouble",
    [
        OperationalError("", {}, sqlite3.OperationalError("database is locked")),
        ConnectionRefusedError(),
        PoolTimeout(),
    ],
    ids=repr,
)
def test_a_connection_error_is_an_outage(trouble: BaseException) -> None:
    assert is_outage(trouble)


@pytest.mark.parametrize(
    "trouble",
    [
        IntegrityError("", {}, sqlite3.IntegrityError("UNIQUE constraint failed")),
        ProgrammingError("", {}, sqlite3.ProgrammingError("wrong number of bindings")),
        ZeroDivisionError(),
    ],
    ids=repr,
)
def test_an_error_in_a_statement_is_no_outage(trouble: BaseException) -> None:
    assert not is_outage(trouble)


def test_only_the_owner_can_read_a_database_file(tmp_path: Path) -> None:
    before = os.umask(0o022)
    engine = connect(f"sqlite:///{tmp_path}/shop.db")
    migrate(engine)
    os.umask(before)

    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert files == dict.fromkeys(("shop.db", "shop.db-shm", "shop.db-wal"), 0o600)
    engine.dispose()


async def test_all_writes_go_through_one_connection(database: Database) -> None:
    def through(connection: Connection) -> int:
        time.sleep(0.001)
        return id(connection.connection.dbapi_connection)

    assert len(set(await asyncio.gather(*(database.write(through) for _ in range(20))))) == 1


def test_sqlite_is_newer_than_its_wal_mode_bug(tmp_path: Path) -> None:
    pytest.importorskip("pysqlite3", reason="there is no wheel of pysqlite3 for this machine")
    engine = connect(f"sqlite:///{tmp_path}/shop.db")

    def version(connection: Connection) -> str:
        return str(connection.exec_driver_sql("SELECT sqlite_version()").scalar())

    assert tuple(map(int, run_query(engine, version).split("."))) > (3, 51, 2)
    engine.dispose()


def test_a_command_creates_the_folder_of_its_database(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/not/there/yet/shop.db")

    migrate(engine)

    assert run_query(engine, hash_of_ada) is None
    engine.dispose()
