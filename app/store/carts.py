"""Carts on disk: one document in one row, with the outboxes and the steps that undo."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from app.domain.cart import Account, Cart, Line, Patch, content
from app.domain.orders import Deal
from app.domain.outbox import Outbox, Outboxes, OutboxId, Pushed
from app.domain.shelf import Sku, VoucherCode
from app.store.deals import NoDeal, close_deal
from app.store.tables import carts, outboxes


class StaleCart(Exception):
    """Somebody else has saved one of the carts since it was read."""


class Save(NamedTuple):
    """A cart as it is to be saved over version `seen` of it, and what is saved along with it.

    That is outboxes that left it, and orders that are placed or cancelled.
    """

    account: Account
    seen: int
    version: int
    rev: int
    body: str
    pushed: tuple[Pushed, ...]
    deals: tuple[Deal, ...] = ()


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


def as_save(cart: Cart, pushed: tuple[Pushed, ...], deals: tuple[Deal, ...] = ()) -> Save:
    """Return what is to be written for *cart*, the version after the one that it has."""
    version = cart.version
    return Save(cart.account, version, version + 1, cart.rev, _text(cart), pushed, deals)


def load_cart(connection: Connection, account: Account) -> Cart:
    """Return *account*'s cart as last saved; every account has one."""
    asked = select(carts).where(carts.c.account == account)
    return cart_of(connection.execute(asked).one())


def cart_of(row: Row[Any]) -> Cart:
    """Return the cart that a row of its table holds."""
    return _cart(Account(row.account), row.epoch, row.version, row.rev, _decode(row.body))


def load_last(connection: Connection, account: Account, outbox: OutboxId) -> int:
    """Return how far an *outbox* that left the cart got; 0 if it never did."""
    asked = select(outboxes.c.last).where(
        outboxes.c.account == account, outboxes.c.outbox == outbox
    )
    return connection.execute(asked).scalar() or 0


def add_cart(connection: Connection, account: Account, epoch: str, now_s: int) -> None:
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


_SAVE = """
    UPDATE carts SET version = ?, rev = ?, body = ?, updated_at = ?
    WHERE account = ? AND version = ?
"""


def save_carts(connection: Connection, saves: Sequence[Save], now_s: int) -> tuple[Account, ...]:
    """Write all of *saves*; `StaleCart` if one of them was saved by somebody else meanwhile.

    Return whose orders could not be placed or cancelled: of theirs nothing is written. Beside
    orders two statements at most, however many carts; rows in key order, so that two writers of
    one database cannot wait for each other.
    """
    refused = tuple(save.account for save in saves if save.deals and not _close(connection, save))
    written = [save for save in sorted(saves) if save.account not in refused]
    rows = [(save.version, save.rev, save.body, now_s, save.account, save.seen) for save in written]
    if rows and connection.exec_driver_sql(_SAVE, rows).rowcount != len(rows):
        raise StaleCart
    _save_pushed(connection, written)
    return refused


def _close(connection: Connection, save: Save) -> bool:
    """Close all deals of one cart, or none."""
    try:
        with connection.begin_nested():
            for deal in save.deals:
                close_deal(connection, deal)
    except NoDeal:
        return False
    return True


def _save_pushed(connection: Connection, saves: Sequence[Save]) -> None:
    rows = [
        {"account": save.account, "outbox": pushed.outbox, "last": pushed.last}
        for save in saves
        for pushed in save.pushed
    ]
    if rows:
        statement = upsert(outboxes)
        last = {"last": statement.excluded.last}
        connection.execute(
            statement.on_conflict_do_update(index_elements=["account", "outbox"], set_=last), rows
        )


def _text(cart: Cart) -> str:
    return _encode(
        {
            "lines": cart.lines,
            "saved": cart.saved,
            "note": cart.note,
            "voucher": cart.voucher,
            "next_pos": cart.next_pos,
            "steps": cart.steps,
            "outboxes": [(name, *outbox) for name, outbox in cart.outboxes.items()],
            "tries": cart.tries,
            "used": cart.used,
        }
    ).decode()


def _cart(account: Account, epoch: str, version: int, rev: int, body: _Body) -> Cart:
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
