"""Queries are counted with their rows and time."""

import asyncio
from dataclasses import replace

import pytest
from msgspec import structs
from sqlalchemy import Connection, text

from app.domain.accounts import AccountId
from app.store import database as store_database
from app.store.accounts import add_account, improve_hash
from app.store.cart_saves import as_save, save_carts
from app.store.carts import load_cart
from app.store.database import MOST_WATCHES, Database
from app.store.query_counter import Spent, count_queries
from tests.examples import ADA, EMPTY, NOON
from tests.store.example_people import ADA_HERSELF

pytestmark = pytest.mark.on_both

BOB = AccountId("u-bob")


def count_to_five(connection: Connection) -> list[int]:
    """Fetch five rows in three ways."""
    five = text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n"
    )
    rows = connection.execute(five)
    first, some, others = rows.fetchone(), rows.fetchmany(2), rows.fetchall()
    assert first is not None
    return [row.i for row in (first, *some, *others)]


async def ask_often(database: Database, times: int) -> Spent:
    """Load a cart so often, and return what was counted."""
    with count_queries() as counter:
        for _ in range(times):
            await database.read(load_cart, ADA)
    return counter.spent


async def test_a_read_is_counted_with_rows_and_time_but_without_begin(
    database: Database,
) -> None:
    with count_queries() as counter:
        assert await database.read(load_cart, ADA) == EMPTY

    assert counter.spent[:2] == (1, 1)
    assert 0 < counter.spent.ms < 1000


async def test_every_row_is_counted_however_it_is_fetched(database: Database) -> None:
    with count_queries() as counter:
        assert await database.read(count_to_five) == [1, 2, 3, 4, 5]

    assert counter.spent[:2] == (1, 5)


async def test_a_write_is_counted_too(database: Database) -> None:
    with count_queries() as counter:
        await database.write(improve_hash, ADA, "changed")

    assert counter.spent[:2] == (1, 0)


async def test_queries_outside_the_counter_are_not_counted(database: Database) -> None:
    await database.read(load_cart, ADA)
    with count_queries() as counter:
        pass
    await database.read(load_cart, ADA)

    assert counter.spent == Spent()


async def test_concurrent_requests_are_counted_separately(database: Database) -> None:
    costs = await asyncio.gather(*(ask_often(database, times) for times in range(1, 6)))

    assert [cost.queries for cost in costs] == [1, 2, 3, 4, 5]


async def test_a_watch_counts_all_queries_that_name_its_account(database: Database) -> None:
    bob = replace(ADA_HERSELF, account=BOB, email="bob@shop.example")
    await database.write(add_account, bob, EMPTY.epoch, NOON)
    database.watch("ada", [ADA])
    database.watch("bob", [BOB])

    await database.read(load_cart, ADA)
    await database.read(count_to_five)
    saves = [as_save(EMPTY, ()), as_save(structs.replace(EMPTY, account=BOB), ())]
    await database.write(save_carts, saves, NOON)

    ada, bobs = database.unwatch("ada"), database.unwatch("bob")
    assert ada is not None
    assert bobs is not None
    assert (ada.spent.queries, bobs.spent.queries) == (2, 1)
    assert ada.spent.rows == bobs.spent.rows + 1


async def test_an_ended_watch_is_removed(database: Database) -> None:
    database.watch("ada", [ADA])
    counter = database.unwatch("ada")
    await database.read(load_cart, ADA)

    assert counter is not None
    assert counter.spent.queries == 0
    assert database.unwatch("ada") is None


async def test_the_oldest_of_too_many_watches_is_removed(database: Database) -> None:
    for n in range(MOST_WATCHES + 1):
        database.watch(f"{n}", [ADA])

    assert database.unwatch("0") is None
    assert database.unwatch("1") is not None


async def test_an_abandoned_watch_is_removed_and_a_newer_one_is_kept(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_database, "LONGEST_WATCH_S", 0.02)
    database.watch("ada", [ADA])
    monkeypatch.undo()
    database.watch("ada", [ADA])
    monkeypatch.setattr(store_database, "LONGEST_WATCH_S", 0.02)
    database.watch("bob", [BOB])
    await asyncio.sleep(0.05)

    assert database.unwatch("bob") is None
    assert database.unwatch("ada") is not None
