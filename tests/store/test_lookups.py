"""Look-ups by key: what they find, how they fail, and that they see the newest commit."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, bindparam, func, literal_column, select
from sqlalchemy.exc import NoResultFound

from app.domain.cart import Cart
from app.domain.errors import DatabaseUnavailable
from app.domain.ops import SetNote
from app.domain.sessions import Lifetime, Session
from app.store.cart_saves import as_save, save_carts
from app.store.carts import CART, load_cart
from app.store.database import Database
from app.store.engines import open_to_look_up
from app.store.lookups import Lookup
from app.store.query_counter import count_queries
from app.store.sessions import LOGIN, add_session, digest
from app.store.tables import accounts
from tests.databases import locked
from tests.examples import ADA, EMPTY, NOON, after
from tests.store.example_people import BOB

LIFETIME = Lifetime(absolute_s=1000, idle_s=100)
LOGIN_OF_ADA = Session(
    digest("a secret"),
    ADA,
    "Ada",
    staff=False,
    used_at_s=NOON,
    ends_at_s=NOON + 1000,
    began_at_s=NOON,
)
END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
NAME: Lookup[str | None] = Lookup(
    "name",
    select(accounts.c.name).where(accounts.c.id == bindparam("account")),
    lambda row: row and row[0],
)

pytestmark = pytest.mark.on_both


@contextmanager
def outage(engine: Engine) -> Iterator[None]:
    """End all connections to PostgreSQL; or take a table out of SQLite's file for a while."""
    is_file = engine.dialect.name == "sqlite"
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE accounts RENAME TO away" if is_file else END_OTHERS)
    try:
        yield
    finally:
        if is_file:
            with engine.begin() as connection:
                connection.exec_driver_sql("ALTER TABLE away RENAME TO accounts")


async def test_a_row_is_found_by_its_key(database: Database) -> None:
    assert await database.look_up(NAME, account=ADA) == "Ada"
    assert await database.look_up(NAME, account=BOB) is None


async def test_many_look_ups_at_a_time_each_get_their_own_answer(database: Database) -> None:
    keys = [ADA, BOB] * 50

    found = await asyncio.gather(*(database.look_up(NAME, account=key) for key in keys))

    assert found == ["Ada", None] * 50


async def test_a_login_is_found_as_by_the_query_of_a_page(database: Database) -> None:
    await database.write(add_session, LOGIN_OF_ADA, "a browser", LIFETIME, NOON)

    key = {"id_hash": LOGIN_OF_ADA.id_hash}
    assert await database.look_up(LOGIN, **key) == LOGIN_OF_ADA
    with count_queries():
        assert await database.look_up(LOGIN, **key) == LOGIN_OF_ADA


async def test_a_look_up_sees_the_newest_commit(database: Database) -> None:
    cart: Cart = await database.look_up(CART, account=ADA)
    assert cart == EMPTY

    for number in range(5):
        cart = after(SetNote(f"note {number}"), cart=cart)
        await database.write(save_carts, [as_save(cart, ())], NOON)
        cart = await database.look_up(CART, account=ADA)

        assert cart.note == f"note {number}"
        assert cart == await database.read(load_cart, ADA)


async def test_a_look_up_does_not_wait_for_a_writer(database: Database, engine: Engine) -> None:
    with locked(engine):
        assert await database.look_up(NAME, account=ADA) == "Ada"


async def test_an_account_without_a_cart_is_an_error(database: Database) -> None:
    with pytest.raises(NoResultFound):
        await database.look_up(CART, account=BOB)

    assert await database.look_up(CART, account=ADA) == EMPTY


async def test_a_row_that_makes_no_value_is_no_outage(database: Database) -> None:
    broken: Lookup[float] = Lookup("broken", select(literal_column("0")), lambda row: 1 / row[0])

    with pytest.raises(ZeroDivisionError):
        await database.look_up(broken)

    assert await database.look_up(NAME, account=ADA) == "Ada"


async def test_a_look_up_of_a_task_that_was_cancelled_disturbs_no_other(
    database: Database,
) -> None:
    began, may_end = threading.Event(), threading.Event()

    def slowly(row: Any) -> Any:
        began.set()
        may_end.wait()
        return row

    slow: Lookup[Any] = Lookup("slow", select(func.count()).select_from(accounts), slowly)
    cancelled = asyncio.create_task(database.look_up(slow))
    await asyncio.to_thread(began.wait)
    waiting = asyncio.create_task(database.look_up(NAME, account=ADA))
    await asyncio.sleep(0)
    cancelled.cancel()
    may_end.set()

    assert await waiting == "Ada"
    assert cancelled.cancelled()


async def test_closing_answers_what_was_asked(url: str) -> None:
    database = Database(url)
    asked = [asyncio.create_task(database.look_up(NAME, account=ADA)) for _ in range(5)]
    await asyncio.sleep(0)

    database.close()

    assert await asyncio.gather(*asked) == ["Ada"] * 5


async def test_counted_look_ups_are_counted(database: Database) -> None:
    with count_queries() as counter:
        assert await database.look_up(NAME, account=ADA) == "Ada"

    assert counter.spent[:2] == (1, 1)


async def test_a_watched_look_up_is_counted(database: Database) -> None:
    database.watch("ada", [ADA])
    await database.look_up(CART, account=ADA)
    await database.look_up(NAME, account=BOB)

    counter = database.unwatch("ada")

    assert counter
    assert counter.spent[:2] == (1, 1)


async def test_a_look_up_works_again_after_an_outage(database: Database, engine: Engine) -> None:
    assert await database.look_up(NAME, account=ADA) == "Ada"

    with outage(engine), pytest.raises(DatabaseUnavailable):
        await database.look_up(NAME, account=ADA)

    assert await database.look_up(NAME, account=ADA) == "Ada"


async def test_a_file_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/no/such/folder.db")

    with pytest.raises(DatabaseUnavailable, match="unable to open"):
        await database.look_up(NAME, account=ADA)
    database.close()


def test_each_statement_of_a_look_up_is_a_transaction(url: str) -> None:
    engine = open_to_look_up(url)
    connection = engine.raw_connection()
    driver: Any = connection.driver_connection

    driver.execute("SELECT 1").fetchone()

    if engine.dialect.name == "postgresql":
        assert driver.info.transaction_status == 0
    else:
        assert not driver.in_transaction
    connection.close()
    engine.dispose()
