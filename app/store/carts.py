"""Carts: a JSON document each, in a row with its version; outboxes that had to leave it."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, insert, select, text, update

from app.domain.cart import AccountId, Cart, Line, Patch, content
from app.domain.catalog import Sku, VoucherCode
from app.domain.orders import OrderChange
from app.domain.outbox import EvictedOutbox, Outbox, Outboxes, OutboxId
from app.store.order_changes import StockConflict, apply_order_change
from app.store.tables import carts, outboxes

log = logging.getLogger(__name__)


class StaleCart(Exception):
    """Another writer saved one of the carts since it was read, so nothing was written."""


class Save(NamedTuple):
    """A cart to be written over its version `seen` (optimistic locking), and what goes with it.

    That is: outboxes evicted from it, and orders that are placed or cancelled.
    """

    account: AccountId
    seen: int
    version: int
    rev: int
    body: str
    evicted: tuple[EvictedOutbox, ...]
    changes: tuple[OrderChange, ...] = ()


class SaveConflicts(NamedTuple):
    """The carts that were not saved, while the others were.

    `refused`: an order of the cart could not be placed or cancelled. `stale`: another writer saved
    the cart since it was read.
    """

    refused: tuple[AccountId, ...] = ()
    stale: tuple[AccountId, ...] = ()


class _Body(msgspec.Struct):
    """The document in a row; outboxes are a list because their order matters."""

    lines: dict[Sku, Line]
    saved: dict[Sku, Line]
    note: str
    voucher: VoucherCode
    next_pos: int
    steps: list[Patch]  # the domain's `undo_stack`; renamed, old rows could not be read
    outboxes: list[tuple[OutboxId, int, str]]
    tries: list[int]
    used: dict[VoucherCode, int]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Body).decode


def as_save(
    cart: Cart, evicted: tuple[EvictedOutbox, ...], changes: tuple[OrderChange, ...] = ()
) -> Save:
    """Return what to write for *cart*: its next version."""
    version = cart.version
    return Save(cart.account, version, version + 1, cart.rev, _text(cart), evicted, changes)


def load_cart(connection: Connection, account: AccountId) -> Cart:
    """Return *account*'s cart as last saved; every account has one."""
    query = select(carts).where(carts.c.account == account)
    return _cart_of(connection.execute(query).one())


def load_carts(connection: Connection, accounts: Sequence[AccountId]) -> list[Cart]:
    """Return the carts of *accounts* as last saved, in any order, without unreadable ones."""
    query = select(carts).where(carts.c.account.in_(accounts))
    return [cart for _, cart in readable_carts(connection.execute(query))]


def load_versions(connection: Connection, accounts: Sequence[AccountId]) -> dict[AccountId, int]:
    """Return how often the carts of *accounts* were saved."""
    query = select(carts.c.account, carts.c.version).where(carts.c.account.in_(accounts))
    return {AccountId(account): version for account, version in connection.execute(query)}


def readable_carts(rows: Iterable[Row[Any]]) -> Iterator[tuple[Row[Any], Cart]]:
    """Yield *rows* with their carts; a cart that cannot be decoded is logged and left out."""
    for row in rows:
        try:
            cart = _cart_of(row)
        except msgspec.DecodeError as fault:
            log.error("the cart of %s cannot be read: %s", row.account, fault)  # noqa: TRY400
        else:
            yield row, cart


def load_last(connection: Connection, account: AccountId, outbox: OutboxId) -> int:
    """Return the last op number of an *outbox* that was evicted from its cart, or 0."""
    query = select(outboxes.c.last).where(
        outboxes.c.account == account, outboxes.c.outbox == outbox
    )
    return connection.execute(query).scalar() or 0


def add_cart(connection: Connection, account: AccountId, epoch: str, now_s: int) -> None:
    """Add the empty cart of a new *account*."""
    cart = Cart(account, epoch)
    connection.execute(
        insert(carts).values(
            account=account,
            version=cart.version,
            epoch=epoch,
            rev=cart.rev,
            body=_text(cart),
            updated_at=now_s,
        )
    )


def replace_epochs(connection: Connection, epoch: str) -> int:
    """Replace the epoch of all carts; return how many there are.

    Their versions grow too, so a server that has one of them in memory finds it stale.
    """
    renewed = update(carts).values(epoch=epoch, version=carts.c.version + 1)
    return connection.execute(renewed).rowcount


_SAVE = """
    UPDATE carts SET version = ?, rev = ?, body = ?, updated_at = ?
    WHERE account = ? AND version = ?
"""
_SAVE_ALL = """
    UPDATE carts SET version = new.version, rev = new.rev, body = new.body, updated_at = %s
    FROM json_to_recordset(%s::json)
    AS new (account text, seen bigint, version bigint, rev bigint, body text)
    WHERE carts.account = new.account AND carts.version = new.seen
    RETURNING carts.account
"""
_EVICT = text("""
    INSERT INTO outboxes (account, outbox, last) VALUES (:account, :outbox, :last)
    ON CONFLICT (account, outbox) DO UPDATE SET last = excluded.last
""")


def save_carts(connection: Connection, saves: Sequence[Save], now_s: int) -> SaveConflicts:
    """Write *saves* and return the conflicts, or raise `StaleCart` and write nothing.

    Beside orders, these are two statements at most, however many carts. Rows are locked in the
    order of their keys, so that two writers of one database cannot deadlock.
    """
    refused = tuple(
        save.account for save in saves if save.changes and not _apply_orders(connection, save)
    )
    accepted = [save for save in sorted(saves) if save.account not in refused]
    written = _write(connection, accepted, now_s) if accepted else frozenset[AccountId]()
    stale = [save for save in accepted if save.account not in written]
    if any(save.changes for save in stale):
        raise StaleCart
    _save_evicted(connection, [save for save in accepted if save.account in written])
    return SaveConflicts(refused, tuple(save.account for save in stale))


def _write(connection: Connection, saves: Sequence[Save], now_s: int) -> frozenset[AccountId]:
    """Write the carts that no other writer has saved meanwhile, and return their accounts.

    SQLite does not say which of many rows it updated; if not all, `StaleCart` is raised.
    """
    if connection.dialect.name == "postgresql":
        new = _encode([dict(zip(Save._fields[:5], save[:5], strict=True)) for save in saves])
        parameters = (now_s, new.decode())
        return frozenset(connection.exec_driver_sql(_SAVE_ALL, parameters).scalars())
    rows = [(one.version, one.rev, one.body, now_s, one.account, one.seen) for one in saves]
    count = connection.exec_driver_sql(_SAVE, rows).rowcount
    if count < len(rows) > 1:
        raise StaleCart
    return frozenset(one.account for one in saves[:count])


def _apply_orders(connection: Connection, save: Save) -> bool:
    """Apply all orders of a cart, or none; say whether they were applied."""
    try:
        with connection.begin_nested():
            for change in save.changes:
                apply_order_change(connection, change)
    except StockConflict:
        return False
    return True


def _save_evicted(connection: Connection, saves: Sequence[Save]) -> None:
    rows = [
        {"account": save.account, "outbox": evicted.outbox, "last": evicted.last}
        for save in saves
        for evicted in save.evicted
    ]
    if rows:
        connection.execute(_EVICT, rows)


def _text(cart: Cart) -> str:
    return _encode(
        {
            "lines": cart.lines,
            "saved": cart.saved,
            "note": cart.note,
            "voucher": cart.voucher,
            "next_pos": cart.next_pos,
            "steps": cart.undo_stack,
            "outboxes": [(name, *outbox) for name, outbox in cart.outboxes.items()],
            "tries": cart.tries,
            "used": cart.used,
        }
    ).decode()


def _cart_of(row: Row[Any]) -> Cart:
    return _cart(AccountId(row.account), row.epoch, row.version, row.rev, _decode(row.body))


def _cart(account: AccountId, epoch: str, version: int, rev: int, body: _Body) -> Cart:
    cart = Cart(
        account,
        epoch,
        version,
        rev,
        body.lines,
        body.saved,
        body.note,
        body.voucher,
        body.next_pos,
        tuple(body.steps),
        _outboxes(body),
        tuple(body.tries),
        body.used,
    )
    return cart._replace(content=content(cart))


def _outboxes(body: _Body) -> Outboxes:
    return {name: Outbox(last, kept) for name, last, kept in body.outboxes}
