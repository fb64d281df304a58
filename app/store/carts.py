"""Carts on disk: one document in one row, with the outboxes and the steps that undo."""

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
    """Somebody else has saved one of the carts since it was read, so none was saved now."""


class Save(NamedTuple):
    """A cart as it is to be saved over version `seen` of it, and what is saved along with it.

    That is outboxes that left it, and orders that are placed or cancelled.
    """

    account: AccountId
    seen: int
    version: int
    rev: int
    body: str
    evicted: tuple[EvictedOutbox, ...]
    changes: tuple[OrderChange, ...] = ()


class SaveConflicts(NamedTuple):
    """Whose carts were left as they are, while the others were saved.

    `refused`: an order of theirs could not be placed or cancelled. `stale`: somebody else has
    saved them since they were read.
    """

    refused: tuple[AccountId, ...] = ()
    stale: tuple[AccountId, ...] = ()


class _Body(msgspec.Struct):
    """What stands in a row's body. Outboxes are a list because their order matters."""

    lines: dict[Sku, Line]
    saved: dict[Sku, Line]
    note: str
    voucher: VoucherCode
    next_pos: int
    steps: list[Patch]
    outboxes: list[tuple[OutboxId, int, str]]
    tries: list[int]
    used: dict[VoucherCode, int]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Body).decode


def as_save(
    cart: Cart, evicted: tuple[EvictedOutbox, ...], changes: tuple[OrderChange, ...] = ()
) -> Save:
    """Return what is to be written for *cart*, the version after the one that it has."""
    version = cart.version
    return Save(cart.account, version, version + 1, cart.rev, _text(cart), evicted, changes)


def load_cart(connection: Connection, account: AccountId) -> Cart:
    """Return *account*'s cart as last saved; every account has one."""
    asked = select(carts).where(carts.c.account == account)
    return _cart_of(connection.execute(asked).one())


def load_carts(connection: Connection, accounts: Sequence[AccountId]) -> list[Cart]:
    """Return the carts of *accounts* as last saved, in any order, but for unreadable ones."""
    asked = select(carts).where(carts.c.account.in_(accounts))
    return [cart for _, cart in readable(connection.execute(asked))]


def load_versions(connection: Connection, accounts: Sequence[AccountId]) -> dict[AccountId, int]:
    """Return how often the carts of *accounts* were saved."""
    asked = select(carts.c.account, carts.c.version).where(carts.c.account.in_(accounts))
    return {AccountId(account): version for account, version in connection.execute(asked)}


def readable(rows: Iterable[Row[Any]]) -> Iterator[tuple[Row[Any], Cart]]:
    """Yield *rows* with their carts; the log says whose cart cannot be read."""
    for row in rows:
        try:
            cart = _cart_of(row)
        except msgspec.DecodeError as fault:
            log.error("the cart of %s cannot be read: %s", row.account, fault)  # noqa: TRY400
        else:
            yield row, cart


def load_last(connection: Connection, account: AccountId, outbox: OutboxId) -> int:
    """Return how far an *outbox* that left the cart got; 0 if it never did."""
    asked = select(outboxes.c.last).where(
        outboxes.c.account == account, outboxes.c.outbox == outbox
    )
    return connection.execute(asked).scalar() or 0


def add_cart(connection: Connection, account: AccountId, epoch: str, now_s: int) -> None:
    """Give a new *account* its empty cart."""
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


def renew_epochs(connection: Connection, epoch: str) -> int:
    """Give all carts another *epoch*; return how many there are.

    That is a save: whoever still holds one of them in memory finds it to be stale.
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
    """Write *saves*; return whose were left as they are, or raise `StaleCart` and write nothing.

    Beside orders two statements at most, however many carts; rows are locked in key order, so
    that two writers of one database cannot wait for each other.
    """
    refused = tuple(save.account for save in saves if save.changes and not _close(connection, save))
    wanted = [save for save in sorted(saves) if save.account not in refused]
    written = _write(connection, wanted, now_s) if wanted else frozenset[AccountId]()
    stale = [save for save in wanted if save.account not in written]
    if any(save.changes for save in stale):
        raise StaleCart
    _save_evicted(connection, [save for save in wanted if save.account in written])
    return SaveConflicts(refused, tuple(save.account for save in stale))


def _write(connection: Connection, saves: Sequence[Save], now_s: int) -> frozenset[AccountId]:
    """Write those that nobody has saved meanwhile, and return which those are.

    SQLite cannot say which of many it wrote; if that is not all of them, it is `StaleCart`.
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


def _close(connection: Connection, save: Save) -> bool:
    """Close all deals of one cart, or none."""
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
