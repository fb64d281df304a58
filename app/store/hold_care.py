"""What becomes of stored holds and places while connections come and go (`domain/hold_care.py`)."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    bindparam,
    delete,
    func,
    select,
    text,
    true,
    update,
)

from app.domain.accounts import AccountId
from app.domain.catalog import Sku
from app.domain.hold_care import NOTICED_S, Care, Held
from app.domain.mails import MailKind
from app.store.catalog import increment_revision
from app.store.holds import move_units
from app.store.mails import tell_owner
from app.store.tables import hold_leases, holds, waitlist
from app.store.waitlist import serve_waitlists

TOLD_FOR_S = 24 * 3600
"""So long after a hold has ended the holder can be told that it has."""
_LEASE = text("""
    INSERT INTO hold_leases (node, ends_at) VALUES (:node, :ends_at)
    ON CONFLICT (node) DO UPDATE SET ends_at = excluded.ends_at
""")


class HeldNow(NamedTuple):
    """All holds that have not ended, and when the leases of nodes end."""

    held: Sequence[Held]
    leases: Mapping[str, int]


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
    """End the holds of *accounts* that are over; a row is left of each for the holder.

    Who did not come to see an offer gets a mail, as do others who are away.
    """
    revision = increment_revision(connection)
    over = (
        (holds.c.qty > 0)
        & (holds.c.expires_at <= over_at_s)
        & holds.c.account.in_(sorted(accounts))
    )
    missed = holds.c.offered & holds.c.node.is_(None)
    query = select(holds.c.account, holds.c.sku, holds.c.qty, missed.label("missed"))
    rows = connection.execute(query.where(over)).all()
    ended = {(AccountId(row.account), Sku(row.sku)): -row.qty for row in rows}
    move_units(connection, ended, revision)
    for row in rows:
        if row.missed:
            account, now_s = AccountId(row.account), over_at_s + NOTICED_S
            tell_owner(connection, account, MailKind.FREE_AGAIN, now_s, sku=row.sku)
    connection.execute(update(holds).where(over).values(qty=0))
    serve_waitlists(connection, revision, over_at_s + NOTICED_S)
    connection.execute(
        delete(holds).where(holds.c.qty == 0, holds.c.expires_at < over_at_s - TOLD_FOR_S)
    )
    connection.execute(delete(hold_leases).where(hold_leases.c.ends_at < over_at_s - TOLD_FOR_S))
