"""Carts: a JSON document each, in a row with its version; outboxes that had to leave it."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.exc import NoResultFound

from app.domain.accounts import AccountId
from app.domain.cart import Cart, Lines
from app.domain.outbox import OutboxId
from app.store.cart_body import decode_cart, decode_lines, encode_body
from app.store.lookups import Lookup
from app.store.tables import carts, outboxes

T = TypeVar("T")

log = logging.getLogger(__name__)


def load_cart(connection: Connection, account: AccountId) -> Cart:
    """Return *account*'s cart as last saved; every account has one."""
    return CART(connection, account=account)


def load_carts(connection: Connection, accounts: Sequence[AccountId]) -> list[Cart]:
    """Return the carts of *accounts* as last saved, in any order, without unreadable ones."""
    query = select(carts).where(carts.c.account.in_(accounts))
    return [cart for _, cart in _readable(connection.execute(query), _cart_of)]


def load_versions(connection: Connection, accounts: Sequence[AccountId]) -> dict[AccountId, int]:
    """Return how often the carts of *accounts* were saved."""
    query = select(carts.c.account, carts.c.version).where(carts.c.account.in_(accounts))
    return {AccountId(account): version for account, version in connection.execute(query)}


def readable_lines(rows: Iterable[Row[Any]]) -> Iterator[tuple[Row[Any], Lines]]:
    """Yield *rows* with the lines of their carts; an unreadable cart is logged and left out."""
    return _readable(rows, lambda row: decode_lines(row.body))


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
            body=encode_body(cart),
            updated_at=now_s,
        )
    )


def replace_epochs(connection: Connection, epoch: str) -> int:
    """Replace the epoch of all carts; return how many there are.

    Their versions grow too, so a server that has one of them in memory finds it stale.
    """
    renewed = update(carts).values(epoch=epoch, version=carts.c.version + 1)
    return connection.execute(renewed).rowcount


def _readable(
    rows: Iterable[Row[Any]], read: Callable[[Row[Any]], T]
) -> Iterator[tuple[Row[Any], T]]:
    for row in rows:
        try:
            found = read(row)
        except msgspec.DecodeError as fault:
            log.error("the cart of %s cannot be read: %s", row.account, fault)  # noqa: TRY400
        else:
            yield row, found


def _cart_of(row: Row[Any]) -> Cart:
    return decode_cart(AccountId(row.account), row.epoch, row.version, row.rev, row.body)


def _cart_found(row: Sequence[Any] | None) -> Cart:
    if row is None:
        raise NoResultFound("an account without a cart")
    account, epoch, version, rev, body = row
    return decode_cart(AccountId(account), epoch, version, rev, body)


CART = Lookup(
    "load_cart",
    select(carts.c.account, carts.c.epoch, carts.c.version, carts.c.rev, carts.c.body).where(
        carts.c.account == bindparam("account")
    ),
    _cart_found,
)
"""An account's cart as last saved, by `account`."""
