"""Sessions of a PostgreSQL server: their address, their settings and how long they wait."""

import tempfile
import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import InternalError, OperationalError

from app.domain.errors import DatabaseUnavailable, ServerLost, SharedSession
from app.store.database import Database
from app.store.engines import open_to_write
from app.store.outages import is_server_lost
from app.store.postgresql import parameters
from app.store.queries import run_query
from app.store.timeouts import Timeouts
from tests.databases import Cluster
from tests.pgbouncer import find_pgbouncer, open_pgbouncer

SHORT = Timeouts(statement_ms=100, idle_in_transaction_ms=100, lock_ms=100)


def sleep(connection: Connection, seconds: float) -> None:
    """Have the server sleep, in one statement."""
    connection.exec_driver_sql(f"SELECT pg_sleep({seconds})")


def setting(connection: Connection, name: str) -> str:
    """Return the value of a setting."""
    return str(connection.exec_driver_sql(f"SHOW {name}").scalar())


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://shop:a%20b@db/shop", {"host": "db", "password": "a b", "dbname": "shop"}),
        (
            "postgresql+psycopg://a,b:5433/shop?target_session_attrs=any&connect_timeout=9",
            {
                "host": "a,b",
                "port": ",5433",
                "target_session_attrs": "any",
                "connect_timeout": "9",
            },
        ),
        ("postgresql:///shop?host=/one,/other", {"host": "/one,/other"}),
        ("postgresql://a,b/shop", {"target_session_attrs": "read-write", "connect_timeout": 2}),
    ],
)
def test_an_address_is_read_as_libpq_does(url: str, expected: dict[str, object]) -> None:
    given = parameters(url)

    assert {name: given[name] for name in expected} == expected


def test_an_address_that_libpq_cannot_read_is_refused_with_its_reason() -> None:
    with pytest.raises(ValueError, match='invalid URI query parameter: "nope"'):
        parameters("postgresql://db/shop?nope=1")


async def test_each_session_of_a_server_has_its_timeouts(cluster: Cluster) -> None:
    database = Database(cluster.new())

    assert {
        await database.write(setting, "statement_timeout"),
        await database.read(setting, "statement_timeout"),
    } == {"3s"}
    assert await database.write(setting, "lock_timeout") == "2s"
    assert await database.write(setting, "idle_in_transaction_session_timeout") == "5s"
    database.close()


def test_a_statement_that_takes_too_long_is_ended_by_the_server(cluster: Cluster) -> None:
    engine = open_to_write(cluster.new(), SHORT)

    with pytest.raises(DatabaseUnavailable, match="statement timeout") as ended:
        run_query(engine, sleep, 10)

    assert not isinstance(ended.value, ServerLost)
    engine.dispose()


def test_a_server_that_hangs_is_given_up(cluster: Cluster) -> None:
    engine = open_to_write(cluster.new(), SHORT)
    run_query(engine, sleep, 0)
    with cluster.hanging(), pytest.raises(ServerLost, match="does not answer"):
        run_query(engine, sleep, 0)

    run_query(engine, sleep, 0)
    engine.dispose()


def test_a_transaction_that_does_nothing_is_ended_with_its_session(cluster: Cluster) -> None:
    engine = open_to_write(cluster.new(), SHORT)

    def dawdle(connection: Connection) -> None:
        sleep(connection, 0)
        time.sleep(0.3)
        sleep(connection, 0)

    with pytest.raises(ServerLost):
        run_query(engine, dawdle)
    engine.dispose()


@pytest.mark.parametrize(
    ("error", "is_lost"),
    [
        (psycopg.OperationalError("nobody there"), True),
        (psycopg.errors.ReadOnlySqlTransaction(), True),
        (psycopg.errors.AdminShutdown(), True),
        (psycopg.errors.ConnectionFailure(), True),
        (psycopg.errors.LockNotAvailable(), False),
        (psycopg.errors.QueryCanceled(), False),
        (psycopg.errors.DiskFull(), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_server_is_lost_with_its_connections_and_if_it_takes_no_writes(
    *, error: psycopg.Error, is_lost: bool
) -> None:
    assert is_server_lost(OperationalError("", {}, error)) is is_lost
    assert is_server_lost(InternalError("", {}, error)) is is_lost


@pytest.fixture
def pgbouncer() -> str:
    """Return PgBouncer's program."""
    if (program := find_pgbouncer()) is None:
        pytest.skip("there is no PgBouncer here (on Debian: apt-get install pgbouncer)")
    return program


def test_a_pooler_that_shares_sessions_is_refused(pgbouncer: str, cluster: Cluster) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        open_pgbouncer(pgbouncer, Path(folder), cluster.new(), "transaction") as url,
        pytest.raises(SharedSession, match="pool_mode to session"),
    ):
        run_query(open_to_write(url), sleep, 0)


async def test_a_pooler_that_keeps_sessions_apart_is_used_with_the_settings_of_the_shop(
    pgbouncer: str, cluster: Cluster
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        open_pgbouncer(pgbouncer, Path(folder), cluster.new(), "session") as url,
    ):
        database = Database(url)
        assert await database.read(setting, "statement_timeout") == "3s"
        assert await database.write(setting, "enable_hashjoin") == "off"
        database.close()
