"""Holds: taken and freed together with the carts whose lines they are of.

Whatever changes a hold has the lock on the catalogue's revision first, as orders have; so two nodes
never hold more than there is, and an order and a hold never get the same item.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, MutableMapping, Sequence

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    bindparam,
    delete,
    func,
    or_,
    select,
    text,
    update,
)

from app.domain.accounts import AccountId
from app.domain.catalog import Sku
from app.store.cart_rows import Save, StaleCart
from app.store.catalog import increment_revision
from app.store.tables import holds, products
from app.store.waitlist import serve_waitlists

_HOLD = """
    INSERT INTO holds (account, sku, qty, node, expires_at, checkout_at, offered)
    VALUES (?, ?, ?, NULL, ?, 0, FALSE)
    ON CONFLICT (account, sku) DO UPDATE
    SET qty = excluded.qty, offered = FALSE, expires_at = CASE
        WHEN holds.expires_at IS NULL THEN NULL ELSE excluded.expires_at
    END
"""
_FREE = "DELETE FROM holds WHERE account = ? AND sku = ?"
_HELD = {
    "sqlite": text("""
        SELECT account, sku, qty FROM holds
        WHERE account IN (SELECT value FROM json_each(:accounts))
        AND sku IN (SELECT value FROM json_each(:skus))
    """),
    "postgresql": text("""
        SELECT account, sku, qty FROM holds
        WHERE account IN (SELECT json_array_elements_text(CAST(:accounts AS json)))
        AND sku IN (SELECT json_array_elements_text(CAST(:skus AS json)))
    """),
}
"""Each list is one parameter: SQLAlchemy would write a statement with one for each account."""
_LEFT = select(products.c.sku, products.c.stock - products.c.on_hold).where(
    products.c.sku.in_(bindparam("skus", expanding=True))
)
_MOVE = (
    update(products)
    .where(
        products.c.sku == bindparam("of"),
        or_(bindparam("more") <= 0, products.c.stock - products.c.on_hold >= bindparam("more")),
    )
    .values(on_hold=products.c.on_hold + bindparam("more"), moved=bindparam("revision"))
)

_Key = tuple[AccountId, Sku]
_Row = tuple[AccountId, Sku, int, int]
"""A hold: whose, of what, how many units, and when it ends."""


def take_holds(connection: Connection, saves: Sequence[Save], now_s: int) -> frozenset[AccountId]:
    """Take and free what *saves* ask for; return the accounts that cannot have it all.

    Nothing changes for those. A cart that is saved with an order gets what there is instead. These
    are six statements, however many carts, if nobody waits for what is freed.
    """
    revision = increment_revision(connection)
    skus = {sku for save in saves for sku, _ in save.holds}
    held = _held(connection, [save.account for save in saves], skus)
    free = _free(connection, skus)
    more: dict[_Key, int] = {}
    rows: list[_Row] = []
    short: set[AccountId] = set()
    for save in saves:
        if (granted := _grant(save, held, free)) is None:
            short.add(save.account)
            continue
        expires_at_s = now_s + save.hold_s
        for (account, sku), qty in granted.items():
            more[account, sku] = qty - held.get((account, sku), 0)
            rows.append((account, sku, qty, expires_at_s))
    move_units(connection, more, revision)
    _write(connection, sorted(rows))
    serve_waitlists(connection, revision, now_s)
    return frozenset(short)


def units_of(account: AccountId) -> ScalarSelect[int]:
    """Return how many units of a row of `products` are held for *account*, as a part of a query."""
    own = holds.c.account == account, holds.c.sku == products.c.sku
    units = select(func.coalesce(func.sum(holds.c.qty), 0)).where(*own)
    return units.correlate(products).scalar_subquery()


def free_holds(connection: Connection, which: ColumnElement[bool], now_s: int) -> None:
    """Free the holds that are *which*, at once and without a word to the holders."""
    found = connection.execute(select(holds.c.account, holds.c.sku, holds.c.qty).where(which)).all()
    if not found:
        return
    revision = increment_revision(connection)
    found = connection.execute(select(holds.c.account, holds.c.sku, holds.c.qty).where(which)).all()
    freed = {(AccountId(row.account), Sku(row.sku)): -row.qty for row in found}
    move_units(connection, freed, revision)
    connection.execute(delete(holds).where(which))
    serve_waitlists(connection, revision, now_s)


def _held(
    connection: Connection, accounts: Sequence[AccountId], skus: Iterable[Sku]
) -> dict[_Key, int]:
    lists = {"accounts": _json(accounts), "skus": _json(list(skus))}
    rows = connection.execute(_HELD[connection.dialect.name], lists)
    return {(account, sku): qty for account, sku, qty in rows.all()}


def _json(texts: Sequence[str]) -> str:
    return msgspec.json.encode(texts).decode()


def _free(connection: Connection, skus: Iterable[Sku]) -> dict[Sku, int]:
    rows = connection.execute(_LEFT, {"skus": sorted(skus)})
    return {Sku(sku): left for sku, left in rows.all()}


def _grant(
    save: Save, held: Mapping[_Key, int], free: MutableMapping[Sku, int]
) -> dict[_Key, int] | None:
    """Take what *save* is to hold from what is *free*, or nothing; return what it holds then."""
    granted: dict[_Key, int] = {}
    for sku, qty in save.holds:
        most = held.get((save.account, sku), 0) + max(0, free[sku])
        if qty > most and not save.changes:
            return None
        granted[save.account, sku] = min(qty, most)
    for key, qty in granted.items():
        free[key[1]] -= qty - held.get(key, 0)
    return granted


def move_units(connection: Connection, more: Mapping[_Key, int], revision: int) -> None:
    """Count holds that were taken or, where *more* is negative, freed, if there is stock left."""
    by_sku = Counter[Sku]()
    for (_, sku), units in more.items():
        by_sku[sku] += units
    if not by_sku:
        return
    rows = [
        {"of": sku, "more": units, "revision": revision} for sku, units in sorted(by_sku.items())
    ]
    if connection.execute(_MOVE, rows).rowcount != len(rows):
        raise StaleCart  # somebody has changed the stock without the lock


def _write(connection: Connection, rows: Iterable[_Row]) -> None:
    """Write holds by the driver's own statements, as rows of carts are."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    taken, freed = list[_Row](), list[_Key]()
    for row in rows:
        account, sku, qty, _ = row
        if qty:
            taken.append(row)
        else:
            freed.append((account, sku))
    if taken:
        connection.exec_driver_sql(_HOLD.replace("?", mark), taken)
    if freed:
        connection.exec_driver_sql(_FREE.replace("?", mark), freed)
