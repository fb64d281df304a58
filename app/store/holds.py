"""Holds: taken and freed together with the carts whose lines they are of.

Whatever changes a hold has the lock on the catalogue's revision first, as orders have; so two nodes
never hold more than there is, and an order and a hold never get the same item.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Table,
    bindparam,
    delete,
    func,
    or_,
    select,
    text,
    true,
    update,
)

from app.domain.accounts import AccountId
from app.domain.catalog import Sku
from app.domain.hold_care import NOTICED_S, Care, Held
from app.store.cart_rows import Save, StaleCart
from app.store.catalog import increment_revision
from app.store.tables import hold_leases, holds, products, waitlist
from app.store.waitlist import serve_waitlists

TOLD_FOR_S = 24 * 3600
"""So long after a hold has ended the holder can be told that it has."""
_HOLD = text("""
    INSERT INTO holds (account, sku, qty, node, expires_at, checkout_at, offered)
    VALUES (:account, :sku, :qty, NULL, :expires_at, 0, FALSE)
    ON CONFLICT (account, sku) DO UPDATE
    SET qty = excluded.qty, offered = FALSE, expires_at = CASE
        WHEN holds.expires_at IS NULL THEN NULL ELSE excluded.expires_at
    END
""")
_LEASE = text("""
    INSERT INTO hold_leases (node, ends_at) VALUES (:node, :ends_at)
    ON CONFLICT (node) DO UPDATE SET ends_at = excluded.ends_at
""")

_Key = tuple[AccountId, Sku]


class HeldNow(NamedTuple):
    """All holds that have not ended, and when the leases of nodes end."""

    held: Sequence[Held]
    leases: Mapping[str, int]


def take_holds(connection: Connection, saves: Sequence[Save], now_s: int) -> frozenset[AccountId]:
    """Take and free what *saves* ask for; return the accounts that cannot have it all.

    Nothing changes for those. A cart that is saved with an order gets what there is instead. These
    are six statements, however many carts, if nobody waits for what is freed.
    """
    revision = increment_revision(connection)
    skus = {sku for save in saves for sku, _ in save.holds}
    held = _held(connection, {save.account for save in saves}, skus)
    free = _free(connection, skus)
    granted: dict[_Key, int] = {}
    expires_at: dict[_Key, int] = {}
    for save in saves:
        wanted = {(save.account, sku): qty for sku, qty in save.holds}
        if save.changes:
            wanted = {key: min(qty, _most(key, held, free)) for key, qty in wanted.items()}
        if any(qty > _most(key, held, free) for key, qty in wanted.items()):
            continue
        for key, qty in wanted.items():
            free[key[1]] -= qty - held[key]
        granted |= wanted
        expires_at |= dict.fromkeys(wanted, now_s + save.hold_s)
    _move(connection, {key: qty - held[key] for key, qty in granted.items()}, revision)
    _write(connection, granted, expires_at)
    serve_waitlists(connection, revision, now_s)
    return frozenset(save.account for save in saves) - {account for account, _ in granted}


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
    _move(connection, freed, revision)
    connection.execute(delete(holds).where(which))
    serve_waitlists(connection, revision, now_s)


def note_checkout(connection: Connection, account: AccountId, now_s: int) -> None:
    """Note that *account* has asked for the checkout page."""
    connection.execute(update(holds).where(holds.c.account == account).values(checkout_at=now_s))


def load_held(connection: Connection) -> HeldNow:
    """Return what is held now."""
    columns = (
        holds.c.account,
        holds.c.node,
        holds.c.expires_at,
        holds.c.checkout_at,
        holds.c.offered,
    )
    rows = connection.execute(select(*columns).where(holds.c.qty > 0).distinct())
    return HeldNow([Held(*row) for row in rows], load_leases(connection))


def load_leases(connection: Connection) -> dict[str, int]:
    """Return when the leases of nodes end."""
    leases = connection.execute(select(hold_leases.c.node, hold_leases.c.ends_at))
    return {row.node: row.ends_at for row in leases}


def take_care(connection: Connection, care: Care, node: str, lease_ends_at: int) -> None:
    """Write down what *care* says of holds, and renew the lease of *node* if it needs one."""
    if care.needs_lease:
        connection.execute(_LEASE, {"node": node, "ends_at": lease_ends_at})
    _note_presence(connection, holds, (holds.c.qty > 0) & ~holds.c.offered, care, node)
    if care.end:
        _end(connection, care.end, care.over_at_s)


def attend_waitlist(connection: Connection, care: Care, node: str, lease_ends_at: int) -> None:
    """Write down who of those that wait is connected; nobody loses their place."""
    if care.needs_lease:
        connection.execute(_LEASE, {"node": node, "ends_at": lease_ends_at})
    _note_presence(connection, waitlist, true(), care, node)


def _note_presence(
    connection: Connection, table: Table, lives: ColumnElement[bool], care: Care, node: str
) -> None:
    """Write down for the rows of *table* that live whom *node* serves, and who has left."""
    if care.attend:
        attended = update(table).where(lives, table.c.account.in_(sorted(care.attend)))
        connection.execute(attended.values(node=node, expires_at=None))
    if care.leave:
        left = update(table).where(
            lives,
            table.c.expires_at.is_(None),
            table.c.account == bindparam("of"),
            func.coalesce(table.c.node, "") == bindparam("at"),
        )
        rows = [{"of": one.account, "at": one.node or "", "until": one.at_s} for one in care.leave]
        connection.execute(left.values(node=None, expires_at=bindparam("until")), rows)


def _end(connection: Connection, accounts: Collection[AccountId], over_at_s: int) -> None:
    """End the holds of *accounts* that are over; a row is left of each for the holder."""
    revision = increment_revision(connection)
    over = (
        (holds.c.qty > 0)
        & (holds.c.expires_at <= over_at_s)
        & holds.c.account.in_(sorted(accounts))
    )
    rows = connection.execute(select(holds.c.account, holds.c.sku, holds.c.qty).where(over))
    ended = {(AccountId(row.account), Sku(row.sku)): -row.qty for row in rows}
    _move(connection, ended, revision)
    connection.execute(update(holds).where(over).values(qty=0))
    serve_waitlists(connection, revision, over_at_s + NOTICED_S)
    connection.execute(
        delete(holds).where(holds.c.qty == 0, holds.c.expires_at < over_at_s - TOLD_FOR_S)
    )
    connection.execute(delete(hold_leases).where(hold_leases.c.ends_at < over_at_s - TOLD_FOR_S))


def _held(
    connection: Connection, accounts: Iterable[AccountId], skus: Iterable[Sku]
) -> Counter[_Key]:
    query = select(holds.c.account, holds.c.sku, holds.c.qty).where(
        holds.c.account.in_(sorted(accounts)), holds.c.sku.in_(sorted(skus))
    )
    rows = connection.execute(query)
    return Counter({(AccountId(row.account), Sku(row.sku)): row.qty for row in rows})


def _free(connection: Connection, skus: Iterable[Sku]) -> dict[Sku, int]:
    query = select(products.c.sku, products.c.stock - products.c.on_hold)
    rows = connection.execute(query.where(products.c.sku.in_(sorted(skus))))
    return {Sku(sku): free for sku, free in rows}


def _most(key: _Key, held: Mapping[_Key, int], free: Mapping[Sku, int]) -> int:
    """Return how many units can be held: those that are, and those that are free."""
    return held[key] + max(0, free[key[1]])


def _move(connection: Connection, more: Mapping[_Key, int], revision: int) -> None:
    """Count holds that were taken or, where *more* is negative, freed, if there is stock left."""
    by_sku = Counter[Sku]()
    for (_, sku), units in more.items():
        by_sku[sku] += units
    if not by_sku:
        return
    counted = update(products).where(
        products.c.sku == bindparam("of"),
        or_(bindparam("more") <= 0, products.c.stock - products.c.on_hold >= bindparam("more")),
    )
    values = {"on_hold": products.c.on_hold + bindparam("more"), "moved": revision}
    rows = [{"of": sku, "more": units} for sku, units in sorted(by_sku.items())]
    if connection.execute(counted.values(values), rows).rowcount != len(rows):
        raise StaleCart  # somebody has changed the stock without the lock


def _write(
    connection: Connection, granted: Mapping[_Key, int], expires_at: Mapping[_Key, int]
) -> None:
    rows = [
        {"account": account, "sku": sku, "qty": qty, "expires_at": expires_at[account, sku]}
        for (account, sku), qty in sorted(granted.items())
    ]
    if taken := [row for row in rows if row["qty"]]:
        connection.execute(_HOLD, taken)
    if freed := [row for row in rows if not row["qty"]]:
        keys = holds.c.account == bindparam("whose"), holds.c.sku == bindparam("of")
        gone = [{"whose": row["account"], "of": row["sku"]} for row in freed]
        connection.execute(delete(holds).where(*keys), gone)
