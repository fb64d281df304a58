"""A database on several hosts, of which one takes writes, and then another."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

import pytest
from sqlalchemy import Connection, bindparam, func, select

from app.domain.errors import DatabaseUnavailable
from app.store.accounts import add_account, find_by_email, improve_hash
from app.store.database import Database
from app.store.engines import connect
from app.store.lookups import Lookup
from app.store.migrations import migrate
from app.store.queries import run_query
from tests.databases import Cluster, open_cluster, with_standby
from tests.examples import ADA, EMPTY, NOON
from tests.store.example_people import ADA_HERSELF

T = TypeVar("T")

FOUND_S = 5.0
PROBES_S = 8.0
"""Long enough for two commits of a probe to be given up."""

pytestmark = pytest.mark.short


class Pair(NamedTuple):
    """A primary and its standby, and the URL of a database with Ada on both."""

    primary: Cluster
    standby: Cluster
    url: str


@pytest.fixture(scope="module")
def pair(postgresql: Path) -> Iterator[Pair]:
    """Return a primary whose commits wait for its standby."""
    with open_cluster(postgresql) as primary:
        url = primary.new()
        engine = connect(url)
        migrate(engine)
        run_query(engine, add_account, ADA_HERSELF, EMPTY.epoch, NOON)
        engine.dispose()
        with open_cluster(postgresql, primary) as standby:
            primary.replicate(synchronously=True)
            yield Pair(primary, standby, with_standby(url, primary, standby))


def where(connection: Connection) -> str:
    """Return the folder of the server's socket."""
    return str(connection.exec_driver_sql("SHOW unix_socket_directories").scalar())


WHERE = Lookup(
    "where",
    select(func.current_setting(bindparam("name"))),
    lambda row: str(row[0]),
)


async def servers_of(database: Database) -> set[str]:
    """Return where each of the connections leads to."""
    return {
        await database.read(where),
        await database.write(where),
        await database.look_up(WHERE, name="unix_socket_directories"),
    }


def hash_of_ada(connection: Connection) -> str | None:
    """Return the stored hash of Ada's password."""
    person = find_by_email(connection, ADA_HERSELF.email)
    return person.password_hash if person else None


async def until_available(call: Callable[[], Awaitable[T]]) -> T:
    """Repeat *call* until the database is available."""
    while True:
        with suppress(DatabaseUnavailable):
            return await call()
        await asyncio.sleep(0.02)


async def write_until_it_fails(database: Database) -> None:
    """Write again and again: a session notices a changed setting between two statements."""
    while True:
        await database.write(improve_hash, ADA, "changed")


async def test_while_the_standby_hangs_reads_go_on_and_commits_do_not_pile_up(pair: Pair) -> None:
    database = Database(pair.url)
    with pair.standby.hanging():
        with pytest.raises(DatabaseUnavailable, match="does not answer"):
            await database.write(improve_hash, ADA, "changed")
        before = await until_available(lambda: database.read(hash_of_ada))
        assert before == "hash of her password"
        with pytest.raises(DatabaseUnavailable):
            await database.read_durable(hash_of_ada)
        await asyncio.sleep(PROBES_S)
        waiting = pair.primary.rows("SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
        assert len(waiting) <= 2  # the write, and the newest commit of the probe

    after = await until_available(lambda: database.read_durable(hash_of_ada))
    assert after == "changed"
    database.close()


async def test_what_a_crash_has_made_visible_is_not_read_before_the_standby_has_it(
    pair: Pair,
) -> None:
    database = Database(pair.url)
    with pair.standby.hanging():
        with pytest.raises(DatabaseUnavailable, match="does not answer"):
            await database.write(improve_hash, ADA, "on one server")
        before = await until_available(lambda: database.read(hash_of_ada))
        assert before != "on one server"

        pair.primary.stop(signal.SIGQUIT)
        pair.primary.start()
        engine = connect(pair.url)
        assert run_query(engine, hash_of_ada) == "on one server"
        engine.dispose()
        with pytest.raises(DatabaseUnavailable):
            await database.read(hash_of_ada)
        await asyncio.sleep(1)
        with pytest.raises(DatabaseUnavailable):
            await database.read(hash_of_ada)

    after = await until_available(lambda: database.read(hash_of_ada))
    assert after == "on one server"
    database.close()


async def test_after_a_failover_all_connections_lead_to_the_promoted_server(pair: Pair) -> None:
    database, promotions = Database(pair.url), list[str]()
    database.on_promotion(lambda: promotions.append("promoted"))
    assert await servers_of(database) == {str(pair.primary.folder)}

    pair.primary.replicate(synchronously=False)
    pair.standby.promote()
    pair.primary.configure(default_transaction_read_only="on")
    with pytest.raises(DatabaseUnavailable, match="read-only"):
        await write_until_it_fails(database)
    began_s = time.monotonic()
    await until_available(lambda: database.write(where))
    found_s = time.monotonic() - began_s

    assert await servers_of(database) == {str(pair.standby.folder)}
    assert promotions == ["promoted"]
    assert found_s < FOUND_S
    database.close()
