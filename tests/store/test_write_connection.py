"""The connection that writes is kept, and replaced after an outage."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from app.domain.errors import DatabaseUnavailable
from app.domain.ops import SetNote
from app.domain.outbox import EvictedOutbox
from app.store.accounts import add_account
from app.store.cart_rows import Save, StaleCart
from app.store.cart_saves import SaveConflicts, as_save
from app.store.carts import load_cart, load_last
from app.store.engines import open_to_write
from app.store.migrations import migrate
from app.store.queries import run_query
from app.store.write_connection import WriteConnection
from tests.databases import SHORT_LOCKS, Cluster, locked
from tests.examples import ADA, EMPTY, HERE, NOON, after
from tests.store.example_people import ADA_HERSELF, BOB, BOB_HIMSELF

pytestmark = pytest.mark.on_both

NOTED = as_save(after(SetNote("Ring twice")), ())


@pytest.fixture
def connection(url: str) -> Iterator[WriteConnection]:
    """Return a connection that does not wait long for locks."""
    engine = open_to_write(url, SHORT_LOCKS)
    connection = WriteConnection(engine)
    yield connection
    connection.close()
    engine.dispose()


def driver_of(connection: Connection) -> Any:
    """Return the driver's connection."""
    return connection.connection.driver_connection


def changed(save: Save, **changes: Any) -> Save:
    """Return *save* with *changes*."""
    return Save(**{name: getattr(save, name) for name in Save.__struct_fields__} | changes)


def register_bob(engine: Engine) -> None:
    """Add Bob's account, and so his cart."""
    run_query(engine, add_account, BOB_HIMSELF, EMPTY.epoch, NOON)


def test_saved_carts_are_committed(connection: WriteConnection, engine: Engine) -> None:
    assert connection.save([NOTED], NOON) == SaveConflicts()

    assert run_query(engine, load_cart, ADA).note == "Ring twice"


def test_the_one_stale_cart_is_a_conflict(connection: WriteConnection) -> None:
    connection.save([NOTED], NOON)

    assert connection.save([NOTED], NOON) == SaveConflicts(stale=(ADA,))


def test_a_stale_cart_among_others_is_a_conflict_or_nothing_is_saved(
    connection: WriteConnection, engine: Engine
) -> None:
    register_bob(engine)
    stale = changed(NOTED, account=BOB, seen=7)

    if engine.dialect.name == "postgresql":
        assert connection.save([stale, NOTED], NOON) == SaveConflicts(stale=(BOB,))
        assert run_query(engine, load_cart, ADA).note == "Ring twice"
        return
    with pytest.raises(StaleCart):
        connection.save([stale, NOTED], NOON)
    assert run_query(engine, load_cart, ADA).note == ""


def test_evicted_outboxes_are_saved_too(connection: WriteConnection, engine: Engine) -> None:
    evicting = changed(NOTED, evicted=(EvictedOutbox(HERE, 7),))

    assert connection.save([evicting], NOON) == SaveConflicts()

    assert run_query(engine, load_last, ADA, HERE) == 7


def test_the_connection_is_kept_from_one_use_to_the_next(connection: WriteConnection) -> None:
    first = connection.run(driver_of)
    connection.save([NOTED], NOON)

    assert connection.run(driver_of) is first


def test_a_lock_of_another_process_is_an_outage_and_replaces_the_connection(
    connection: WriteConnection, engine: Engine
) -> None:
    register_bob(engine)
    first = connection.run(driver_of)
    saves = [NOTED, changed(NOTED, account=BOB)]

    with (
        locked(engine),
        pytest.raises(DatabaseUnavailable, match=r"^database is locked$|lock timeout"),
    ):
        connection.save(saves, NOON)

    assert connection.save(saves, NOON) == SaveConflicts()
    assert connection.run(driver_of) is not first


def test_a_connection_that_its_server_ended_is_an_outage_and_is_replaced(
    cluster: Cluster,
) -> None:
    engine = open_to_write(cluster.new())
    migrate(engine)
    run_query(engine, add_account, ADA_HERSELF, EMPTY.epoch, NOON)
    connection = WriteConnection(engine)
    pid = connection.run(lambda it: driver_of(it).info.backend_pid)
    cluster.execute(f"SELECT pg_terminate_backend({pid})")

    with pytest.raises(DatabaseUnavailable):
        connection.save([NOTED], NOON)

    assert connection.save([NOTED], NOON) == SaveConflicts()
    connection.close()
    engine.dispose()


def test_an_error_in_a_value_is_no_outage_and_nothing_is_saved(
    connection: WriteConnection, engine: Engine
) -> None:
    register_bob(engine)
    spoilt = changed(NOTED, account=BOB, rev=None)

    with pytest.raises(IntegrityError):
        connection.save([NOTED, spoilt], NOON)

    assert run_query(engine, load_cart, ADA).note == ""
    assert connection.save([NOTED], NOON) == SaveConflicts()
