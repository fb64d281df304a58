"""Removes accounts, with all that is theirs but what the books need.

There is one way, whoever wants it: the owner, a command, or the time that is over. First the
person is erased, and the account stays as an id; then its households are dissolved
(`app/services/household_endings.py`); then its cart and the id go, when no server can have it open
any more. The id of an account that has ordered, or has edited products, stays for good: its orders
keep their amounts and lose the person.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, Connection, delete, exists, func, or_, select, update

from app.domain.accounts import GUEST_PREFIX, AccountId
from app.domain.mails import Mail, MailKind
from app.domain.orders import OrderNumber, OrderState
from app.domain.sessions import SessionHash
from app.store.accounts import Person
from app.store.catalog import increment_revision
from app.store.holds import free_holds
from app.store.households import is_left_behind
from app.store.mails import write_mail
from app.store.sessions import end_account_sessions
from app.store.tables import (
    accounts,
    carts,
    edits,
    helps,
    holds,
    members,
    metadata,
    movements,
    orders,
    outboxes,
    sessions,
    waitlist,
)
from app.store.waitlist import leave_all_waitlists

CLOSED_AFTER_S: Final = 3600
"""So long after its last session has ended, no server has a cart open."""
UNCONFIRMED_DAYS: Final = 30
UNCONFIRMED_S: Final = UNCONFIRMED_DAYS * 24 * 3600

_OWNED: Final = tuple(
    table
    for table in reversed(metadata.sorted_tables)
    if "account" in table.c and table is not orders
)
"""The tables of what belongs to an account and goes with it, whatever tables there are."""
_OF_CARTS: Final = tuple(table for table in metadata.sorted_tables if "cart" in table.c)
"""The tables of who shares the cart of an account, or helps with it."""
_LATER: Final = (outboxes, carts, members, helps)
"""What a server may have open, and what says which households and helps are to be ended."""
_ERASED: Final = {
    **dict.fromkeys(("name", "line1", "line2", "city", "postcode", "note"), ""),
    "language": None,
}
_NOBODY: Final = {
    "name": "",
    "password_hash": "",
    "staff": False,
    "disabled": True,
    **dict.fromkeys(("claimed_email", "form_key", "language")),
}
"""What stays of an account: nobody can sign in to it, or find it by an address."""
_IS_GUEST: Final = accounts.c.id.startswith(GUEST_PREFIX)
_HAS_RECORDS: Final = or_(
    exists().where(orders.c.account == accounts.c.id),
    exists().where(edits.c.by == accounts.c.id),
    exists().where(movements.c.by == accounts.c.id),
)


class OpenOrders(Exception):
    """Orders of the account are on their way; `numbers` are theirs."""

    def __init__(self, numbers: list[OrderNumber]):
        super().__init__(numbers)
        self.numbers = numbers


def count_guests(connection: Connection) -> int:
    """Return how many guests of the demo there are."""
    is_there = _IS_GUEST & accounts.c.removed_at.is_(None)
    return connection.execute(select(func.count()).where(is_there)).scalar_one()


def expire_guests(connection: Connection, kept_s: int, now_s: int) -> list[SessionHash]:
    """Erase the guests who were added longer than *kept_s* ago; return the logins that ended."""
    is_old = accounts.c.created_at < now_s - kept_s
    return _expire(connection, _IS_GUEST & is_old, now_s)


def expire_unconfirmed(connection: Connection, now_s: int) -> list[SessionHash]:
    """Erase accounts that nobody has confirmed for long, nor uses; return the logins that ended."""
    is_signed_in = exists().where(
        sessions.c.account == accounts.c.id, sessions.c.ends_at > now_s - CLOSED_AFTER_S
    )
    is_old = accounts.c.created_at < now_s - UNCONFIRMED_S
    is_unconfirmed = accounts.c.claimed_email.is_not(None) & ~is_signed_in
    return _expire(connection, is_unconfirmed & is_old, now_s)


def write_deletion(connection: Connection, person: Person, now_s: int) -> list[SessionHash]:
    """Delete *person* and what is theirs, and say farewell; return the logins that ended.

    Raises OpenOrders.
    """
    account = person.account
    increment_revision(connection)  # orders wait there: none is placed or reopened meanwhile
    connection.execute(select(accounts.c.id).where(accounts.c.id == account).with_for_update())
    if numbers := _open_orders(connection, account):
        raise OpenOrders(numbers)
    ended = _erase(connection, [account], now_s)
    if person.is_confirmed:
        farewell = Mail(MailKind.ACCOUNT_DELETED, person.email, person.language, None)
        write_mail(connection, farewell, now_s)
    return ended


def remove_old_accounts(connection: Connection, now_s: int) -> None:
    """Remove what is left of accounts that were erased, once their households are dissolved."""
    is_over = (accounts.c.removed_at < now_s - CLOSED_AFTER_S) & ~is_left_behind()
    over = select(accounts.c.id).where(is_over)
    for table in _LATER:
        owner = table.c.account if "account" in table.c else table.c.cart
        connection.execute(delete(table).where(owner.in_(over)))
    _remove(connection, is_over & ~_HAS_RECORDS, now_s)


def _expire(connection: Connection, which: ColumnElement[bool], now_s: int) -> list[SessionHash]:
    """Erase those accounts *which* are there still, and have no records."""
    is_there = which & accounts.c.removed_at.is_(None) & ~_HAS_RECORDS
    query = select(accounts.c.id).where(is_there)
    if connection.execute(query.limit(1)).first() is None:
        return []  # an idle shop has nothing to read again
    increment_revision(connection)
    found = connection.scalars(query.with_for_update()).all()
    return _erase(connection, [AccountId(account) for account in found], now_s)


def _erase(connection: Connection, gone: Sequence[AccountId], now_s: int) -> list[SessionHash]:
    """Erase all of accounts that are *gone* but what goes later; return the logins that ended."""
    ended = [hash_ for account in gone for hash_ in end_account_sessions(connection, account)]
    leave_all_waitlists(connection, waitlist.c.account.in_(gone))
    free_holds(connection, holds.c.account.in_(gone), now_s)
    for table in _OWNED:
        if table not in _LATER:
            connection.execute(delete(table).where(table.c.account.in_(gone)))
    for table in _OF_CARTS:
        if table not in _LATER:
            connection.execute(delete(table).where(table.c.cart.in_(gone)))
    connection.execute(delete(helps).where(helps.c.cart.in_(gone), helps.c.ended != ""))
    connection.execute(update(orders).where(orders.c.account.in_(gone)).values(_ERASED))
    connection.execute(update(orders).where(orders.c.member_of.in_(gone)).values(member_of=""))
    connection.execute(
        update(accounts)
        .where(accounts.c.id.in_(gone))
        .values({**_NOBODY, "email": accounts.c.id, "removed_at": now_s})
    )
    return ended


def _open_orders(connection: Connection, account: AccountId) -> list[OrderNumber]:
    is_open = orders.c.state.not_in((OrderState.DELIVERED, OrderState.CANCELLED))
    query = select(orders.c.number).where(orders.c.account == account, is_open)
    return [OrderNumber(number) for number in connection.scalars(query.order_by(orders.c.placed))]


def _remove(connection: Connection, which: ColumnElement[bool], now_s: int) -> None:
    gone = select(accounts.c.id).where(which)
    leave_all_waitlists(connection, waitlist.c.account.in_(gone))
    free_holds(connection, holds.c.account.in_(gone), now_s)
    for table in _OWNED:
        connection.execute(delete(table).where(table.c.account.in_(gone)))
    for table in _OF_CARTS:
        connection.execute(delete(table).where(table.c.cart.in_(gone)))
    connection.execute(update(orders).where(orders.c.member_of.in_(gone)).values(member_of=""))
    connection.execute(delete(accounts).where(accounts.c.id.in_(gone)))
