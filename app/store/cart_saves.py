"""Saves carts by SQLAlchemy, with the orders and evicted outboxes that go along with them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.help import SavedHelp
from app.domain.hold_limits import GRACE_S
from app.domain.household import MemberJoined, MemberLeft
from app.domain.orders import CancelOrder, PlaceOrder
from app.domain.outbox import EvictedOutbox
from app.domain.saved_beside import SavedBeside
from app.store.cart_body import encode_body
from app.store.cart_rows import UPDATE_ALL, UPDATE_ONE, Save, StaleCart, recordset, updated, values
from app.store.helps import save_help
from app.store.holds import take_holds
from app.store.households import NotInvited, apply_membership_change
from app.store.order_changes import StockConflict, apply_order_change

KEPT_S = 400 * 24 * 3600
"""How long an evicted outbox is kept (protocol.md §3)."""
MOST_KEPT = 1000
"""How many evicted outboxes of an account are kept."""
_EVICT = text("""
    INSERT INTO outboxes (account, outbox, last, left_at)
    VALUES (:account, :outbox, :last, :now_s)
    ON CONFLICT (account, outbox) DO UPDATE
    SET last = excluded.last, left_at = excluded.left_at
""")
_FORGET_OLD = text("DELETE FROM outboxes WHERE left_at < :before_s")
_FORGET_MANY = text("""
    DELETE FROM outboxes WHERE account = :account AND left_at < (
        SELECT left_at FROM outboxes WHERE account = :account
        ORDER BY left_at DESC LIMIT 1 OFFSET :most
    )
""")


class SaveConflicts(NamedTuple):
    """The carts that were not saved, while the others were.

    `refused`: an order of the cart could not be placed or cancelled, or what it was to hold is not
    there. `stale`: another writer saved the cart since it was read.
    """

    refused: tuple[AccountId, ...] = ()
    stale: tuple[AccountId, ...] = ()


def as_save(
    cart: Cart,
    evicted: tuple[EvictedOutbox, ...],
    changes: tuple[SavedBeside, ...] = (),
    hold_s: int = GRACE_S,
) -> Save:
    """Return what to write for *cart*: its next version.

    What it holds is held for *hold_s*, as long as no connection of it is known.
    """
    version = cart.version
    body = encode_body(cart)
    if not cart.asked:
        return Save(cart.account, version, version + 1, cart.rev, body, evicted, changes)
    holds = tuple(cart.asked.items())
    return Save(cart.account, version, version + 1, cart.rev, body, evicted, changes, holds, hold_s)


def save_carts(connection: Connection, saves: Sequence[Save], now_s: int) -> SaveConflicts:
    """Write *saves* and return the conflicts, or raise and write nothing.

    Raises `StaleCart`, and `AccountRemoved` for an order of an account that was deleted.
    Beside orders and holds, these are two statements at most, however many carts.
    """
    refused = tuple(
        save.account for save in saves if save.changes and not _apply_all(connection, save, now_s)
    )
    accepted = [save for save in saves if save.account not in refused]
    if asking := [save for save in accepted if save.holds]:
        short = take_holds(connection, asking, now_s)
        refused = (*refused, *short)
        accepted = [save for save in accepted if save.account not in short]
    written = _write(connection, accepted, now_s) if accepted else frozenset[AccountId]()
    stale = [save for save in accepted if save.account not in written]
    if any(save.changes or save.holds for save in stale):
        raise StaleCart
    _save_evicted(connection, [save for save in accepted if save.account in written], now_s)
    return SaveConflicts(refused, tuple(save.account for save in stale))


def _write(connection: Connection, saves: Sequence[Save], now_s: int) -> frozenset[AccountId]:
    """Write the carts that no other writer has saved meanwhile, and return their accounts."""
    if connection.dialect.name == "postgresql":
        parameters = (now_s, recordset(saves))
        return frozenset(connection.exec_driver_sql(UPDATE_ALL, parameters).scalars())
    count = connection.exec_driver_sql(UPDATE_ONE, values(saves, now_s)).rowcount
    return updated(saves, count)


def _apply_all(connection: Connection, save: Save, now_s: int) -> bool:
    """Apply all that goes along with a cart, or nothing; say whether it was applied."""
    try:
        with connection.begin_nested():
            for change in save.changes:
                _apply(connection, change, now_s)
    except (StockConflict, NotInvited):
        return False
    return True


def _apply(connection: Connection, change: SavedBeside, now_s: int) -> None:
    """Apply *change*; raises `StockConflict`, `StaleCart` or `NotInvited`."""
    match change:
        case PlaceOrder() | CancelOrder():
            apply_order_change(connection, change, now_s)
        case MemberJoined() | MemberLeft():
            apply_membership_change(connection, change)
        case SavedHelp():
            save_help(connection, change)


def _save_evicted(connection: Connection, saves: Sequence[Save], now_s: int) -> None:
    """Save evicted outboxes, and forget the oldest of these accounts and those of long ago."""
    rows = [
        {
            "account": save.account,
            "outbox": evicted.outbox,
            "last": evicted.last,
            "now_s": now_s,
        }
        for save in saves
        for evicted in (_all_evicted(save) if save.changes else save.evicted)
    ]
    if rows:
        connection.execute(_EVICT, rows)
        connection.execute(_FORGET_OLD, {"before_s": now_s - KEPT_S})
        accounts = sorted({str(row["account"]) for row in rows})
        most = MOST_KEPT - 1
        connection.execute(_FORGET_MANY, [{"account": one, "most": most} for one in accounts])


def _all_evicted(save: Save) -> Iterator[EvictedOutbox]:
    """Yield the evicted outboxes of *save*, with those of who leaves."""
    yield from save.evicted
    for change in save.changes:
        if isinstance(change, MemberLeft | SavedHelp):
            yield from change.evicted
