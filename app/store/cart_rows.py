"""Writes many rows of carts at once; for carts alone, by the database's own driver.

`store.cart_saves` does it by SQLAlchemy, which costs more than the transaction itself if there are
few carts, but can save orders along with them.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from operator import attrgetter
from typing import Any

import msgspec

from app.domain.accounts import AccountId
from app.domain.catalog import Sku
from app.domain.outbox import EvictedOutbox
from app.domain.saved_beside import SavedBeside
from app.store.timeouts import OF_SERVER

UPDATE_ONE = """
    UPDATE carts SET version = ?, rev = ?, body = ?, updated_at = ?
    WHERE account = ? AND version = ?
"""
"""For SQLite, whose `executemany` costs a third of one UPDATE … FROM (VALUES …) for all rows."""
UPDATE_ALL = """
    UPDATE carts SET version = new.version, rev = new.rev, body = new.body, updated_at = %s
    FROM json_to_recordset(%s::json)
    AS new (account text, seen bigint, version bigint, rev bigint, body text)
    WHERE carts.account = new.account AND carts.version = new.seen
    RETURNING carts.account
"""
"""For PostgreSQL."""


_WAIT_AGAIN = f"PRAGMA busy_timeout = {OF_SERVER.lock_ms}"
_BEGIN_AT_ONCE = f"PRAGMA busy_timeout = 0; BEGIN IMMEDIATE; {_WAIT_AGAIN}"


class StaleCart(Exception):
    """Another writer saved one of the carts since it was read, so nothing was written."""


class Save(msgspec.Struct, frozen=True, gc=False):
    """A cart to be written over its version `seen` (optimistic locking), and what goes with it.

    That is: outboxes evicted from it, orders that are placed or cancelled, members who come and go,
    and the units that it is to hold of products from now on, for `hold_s` seconds unless a
    connection of it lives.
    """

    account: AccountId
    seen: int
    version: int
    rev: int
    body: str
    evicted: tuple[EvictedOutbox, ...] = ()
    changes: tuple[SavedBeside, ...] = ()
    holds: tuple[tuple[Sku, int], ...] = ()
    hold_s: int = 0


SaveRows = Callable[[Any, Sequence[Save], int], frozenset[AccountId]]
"""Saves carts by a connection of the driver, at a time in seconds since 1970, and commits.

It returns the accounts whose carts were saved. Carts that another writer has saved meanwhile are
left out, or `StaleCart` is raised for all of them. After any error the transaction is rolled back.
"""


def save_on_sqlite(driver: Any, saves: Sequence[Save], now_s: int) -> frozenset[AccountId]:
    """Save carts, and find out how many were stale, but not which; see `updated`."""
    cursor = driver.cursor()
    cursor.execute("BEGIN IMMEDIATE")
    try:
        count = cursor.executemany(UPDATE_ONE, values(saves, now_s)).rowcount
        accounts = updated(saves, count)
        cursor.execute("COMMIT")
    except BaseException:
        if driver.in_transaction:
            cursor.execute("ROLLBACK")
        raise
    return accounts


def begin_on_sqlite(driver: Any, saves: Sequence[Save], now_s: int) -> bool:
    """Begin a transaction, write the carts and leave it open; say whether that was done.

    Nothing is waited for. If another process is writing, one of the carts is stale or anything
    fails, there is no transaction afterwards.
    """
    if driver.in_transaction:  # of a commit that failed; `executescript` would commit it
        return False
    try:
        driver.executescript(_BEGIN_AT_ONCE)
    except Exception:  # noqa: BLE001 - whoever saves in the usual way finds out what it was
        driver.executescript(_WAIT_AGAIN)
        return False
    with suppress(Exception):  # the same
        count = driver.cursor().executemany(UPDATE_ONE, values(saves, now_s)).rowcount
        if len(updated(saves, count)) == len(saves):
            return True
    if driver.in_transaction:
        driver.execute("ROLLBACK")
    return False


def commit_on_sqlite(driver: Any) -> None:
    """Commit what `begin_on_sqlite` has written; after an error nothing of it is left."""
    try:
        driver.execute("COMMIT")
    except BaseException:
        if driver.in_transaction:
            driver.execute("ROLLBACK")
        raise


def save_on_postgresql(driver: Any, saves: Sequence[Save], now_s: int) -> frozenset[AccountId]:
    """Save carts; the driver begins the transaction."""
    try:
        with driver.cursor() as cursor:
            rows = cursor.execute(UPDATE_ALL, (now_s, recordset(saves))).fetchall()
        driver.commit()
    except BaseException:
        if not driver.closed:
            driver.rollback()
        raise
    return frozenset([account for (account,) in rows])


def values(saves: Sequence[Save], now_s: int) -> list[tuple[object, ...]]:
    """Return the values for `UPDATE_ONE`."""
    return [(one.version, one.rev, one.body, now_s, one.account, one.seen) for one in saves]


def updated(saves: Sequence[Save], count: int) -> frozenset[AccountId]:
    """Return the accounts whose carts SQLite has updated, of which there are *count*.

    It does not say which of many rows those are; if not all, `StaleCart` is raised.
    """
    if count < len(saves) > 1:
        raise StaleCart
    return frozenset([save.account for save in saves[:count]])


def recordset(saves: Sequence[Save]) -> str:
    """Return *saves* for `UPDATE_ALL`, which locks rows in the order that they have here.

    That is the order of their keys, so that two writers of one database cannot deadlock.
    """
    records = [
        {
            "account": one.account,
            "seen": one.seen,
            "version": one.version,
            "rev": one.rev,
            "body": one.body,
        }
        for one in sorted(saves, key=attrgetter("account"))
    ]
    return msgspec.json.encode(records).decode()
