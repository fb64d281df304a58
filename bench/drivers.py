"""Measures the CPU that saving a cart costs, by PostgreSQL driver and statement.

    python -m bench.drivers

Starts a PostgreSQL server, and saves the same batch of carts repeatedly. CPU time is that of this
process, without the server's.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from statistics import median

import asyncpg
from psycopg import Connection as Psycopg
from sqlalchemy import Connection

from app.domain.accounts import AccountId
from app.store.accounts import Person, add_account
from app.store.cart_rows import Save
from app.store.cart_saves import save_carts
from app.store.engines import connect
from app.store.migrations import migrate
from app.store.queries import run_query
from tests.databases import find_postgresql, open_cluster

BATCH = 200
ROUNDS = 60
BODY = "x" * 1500
NOW_S = 1_800_000_000
ONE = "UPDATE carts SET version={}, rev={}, body={}, updated_at={} WHERE account={} AND version={}"
ALL = """
    UPDATE carts SET version = new.version, rev = new.rev, body = new.body, updated_at = $1
    FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[])
    AS new (account, seen, version, rev, body)
    WHERE carts.account = new.account AND carts.version = new.seen
"""


def main() -> None:
    """Print CPU time and elapsed time per saved cart, in microseconds."""
    if (binaries := find_postgresql()) is None:
        raise SystemExit("There is no PostgreSQL server here (Debian: apt-get install postgresql).")
    with open_cluster(binaries) as cluster:
        url = cluster.new()
        engine = connect(url)
        migrate(engine)
        run_query(engine, _fill)
        print("a cart saved, in batches of 200           our CPU µs    in all µs")
        _measure("as the shop saves them (psycopg, JSON)", lambda n: run_query(engine, _shop, n))
        _measure("psycopg, unnest", lambda n: run_query(engine, _unnest, n))
        _measure("psycopg, executemany", lambda n: run_query(engine, _psycopg, n))
        engine.dispose()
        asyncio.run(_asyncpg(url))


def _fill(connection: Connection) -> None:
    for number in range(BATCH):
        person = Person(
            AccountId(f"u-{number}"), f"{number}@bench.example", "Somebody", "no password"
        )
        add_account(connection, person, "e0", NOW_S)


def _saves(version: int) -> list[Save]:
    numbers = range(BATCH)
    return [Save(AccountId(f"u-{n}"), version, version + 1, version, BODY, ()) for n in numbers]


def _shop(connection: Connection, version: int) -> None:
    assert save_carts(connection, _saves(version), NOW_S) == ((), ())


def _unnest(connection: Connection, version: int) -> None:
    driver = connection.connection.driver_connection
    assert isinstance(driver, Psycopg)
    columns = [list(column) for column in _columns(version)]
    statement = re.sub(r"\$\d", "%s", ALL).encode()
    assert driver.execute(statement, (NOW_S, *columns)).rowcount == BATCH


def _psycopg(connection: Connection, version: int) -> None:
    driver = connection.connection.driver_connection
    assert isinstance(driver, Psycopg)
    with driver.cursor() as cursor:
        cursor.executemany(ONE.format(*["%s"] * 6).encode(), _rows(version))
        assert cursor.rowcount == BATCH


async def _asyncpg(url: str) -> None:
    connection = await asyncpg.connect(url)
    one = ONE.format(*(f"${place}" for place in range(1, 7)))

    async def many(version: int) -> None:
        async with connection.transaction():
            await connection.executemany(one, _rows(version))

    async def unnest(version: int) -> None:
        columns = _columns(version)
        async with connection.transaction():
            assert await connection.execute(ALL, NOW_S, *columns) == f"UPDATE {BATCH}"

    await _measure_async("asyncpg, executemany", many)
    await _measure_async("asyncpg, unnest", unnest)
    await connection.close()


def _columns(version: int) -> Iterable[tuple[object, ...]]:
    """Return the values for `ALL` of all carts, by column."""
    rows = ((one.account, one.seen, one.version, one.rev, one.body) for one in _saves(version))
    return zip(*rows, strict=True)


def _rows(version: int) -> Sequence[tuple[object, ...]]:
    return [
        (one.version, one.rev, one.body, NOW_S, one.account, one.seen) for one in _saves(version)
    ]


_versions = iter(range(1_000_000))


def _measure(name: str, save: Callable[[int], None]) -> None:
    costs = []
    for _ in range(ROUNDS):
        cpu_s, began_s = time.process_time(), time.perf_counter()
        save(next(_versions))
        costs.append((time.process_time() - cpu_s, time.perf_counter() - began_s))
    _print(name, costs)


async def _measure_async(name: str, save: Callable[[int], Awaitable[None]]) -> None:
    costs = []
    for _ in range(ROUNDS):
        cpu_s, began_s = time.process_time(), time.perf_counter()
        await save(next(_versions))
        costs.append((time.process_time() - cpu_s, time.perf_counter() - began_s))
    _print(name, costs)


def _print(name: str, costs: Sequence[tuple[float, float]]) -> None:
    cpu, wall = (median(each) / BATCH * 1e6 for each in zip(*costs, strict=True))
    print(f"{name:<42} {cpu:>9.1f}    {wall:>9.1f}")


if __name__ == "__main__":
    main()
