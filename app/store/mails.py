"""Mails: written in the transaction of what they tell, so that neither comes without the other."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, delete, insert, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import String

from app.domain.accounts import AccountId
from app.domain.mails import RETRACTABLE_S, TOLD, Mail, MailKind, MailState
from app.domain.orders import Order, OrderNumber, OrderState
from app.store.living_accounts import hold_account, is_living
from app.store.tables import accounts, mails
from app.store.wakes import Woken, wake

MOST_TOLD_AT_ONCE = 500
_TOLD_TO_MANY = (
    "id",
    "kind",
    "state",
    "account",
    "recipient",
    "language",
    "values",
    "created_at",
    "next_try_at",
)


class drawn_id(FunctionElement[str]):  # noqa: N801 - named as SQL's functions are
    """32 hexadecimal digits that the database draws by chance."""

    type = String()
    inherit_cache = True


@compiles(drawn_id, "sqlite")
def _on_sqlite(_element: drawn_id, _compiler: Any, **_options: Any) -> str:
    return "lower(hex(randomblob(16)))"


@compiles(drawn_id, "postgresql")
def _on_postgresql(_element: drawn_id, _compiler: Any, **_options: Any) -> str:
    return "replace(CAST(gen_random_uuid() AS varchar), '-', '')"


def write_mail(connection: Connection, mail: Mail, now_s: int, wait_s: int = 0) -> None:
    """Have *mail* sent once this transaction is committed, or *wait_s* seconds later.

    Raises `AccountRemoved` if its account was deleted.
    """
    if mail.account is not None:
        hold_account(connection, mail.account)
    written = insert(mails).values(
        id=drawn_id(),
        kind=mail.kind,
        account=mail.account,
        order=mail.order,
        recipient=mail.to,
        language=mail.language,
        values=mail.values,
        created_at=now_s,
        next_try_at=now_s + wait_s,
        state=MailState.WAITING,
    )
    connection.execute(written)
    wake(connection, Woken.MAILS)


def tell_owner(
    connection: Connection, account: AccountId, kind: MailKind, now_s: int, **values: str | int
) -> None:
    """Have the owner of *account* told *kind* of it; *values* are its templates'.

    Nobody is told whose address is not confirmed: it may be a stranger's.
    """
    is_confirmed = accounts.c.claimed_email.is_(None)
    owner = select(accounts.c.email, accounts.c.language).where(is_living(account), is_confirmed)
    held = owner.with_for_update(key_share=True, read=True)
    if found := connection.execute(held).first():
        write_mail(connection, Mail(kind, found.email, found.language, account, values), now_s)


def tell_owners(
    connection: Connection,
    of: Sequence[AccountId],
    kind: MailKind,
    now_s: int,
    **values: str | int,
) -> None:
    """Have the owners of many accounts told the same, as `tell_owner` does."""
    columns = [mails.c[name] for name in _TOLD_TO_MANY]
    now, same = literal(now_s, BigInteger), literal(values, mails.c["values"].type)
    told = literal(kind.value), literal(MailState.WAITING.value)
    for first in range(0, len(of), MOST_TOLD_AT_ONCE):
        some = accounts.c.id.in_(of[first : first + MOST_TOLD_AT_ONCE])
        owner = accounts.c.id, accounts.c.email, accounts.c.language
        owners = select(drawn_id(), *told, *owner, same, now, now)
        living = some, accounts.c.removed_at.is_(None), accounts.c.claimed_email.is_(None)
        held = owners.where(*living).with_for_update(key_share=True, read=True)
        connection.execute(insert(mails).from_select(columns, held))
    if of:
        wake(connection, Woken.MAILS)


def write_order_mail(
    connection: Connection, order: Order, kind: MailKind, now_s: int, **values: str | int
) -> None:
    """Have the customer of *order* told *kind* of it; *values* are its templates'.

    The mail is in the language in which the order was placed, or else in the account's.

    Who has deleted their account is told nothing: their address is gone.
    """
    wait_s = RETRACTABLE_S if kind is MailKind.ORDER_ON_ITS_WAY else 0
    customer = select(accounts.c.email, accounts.c.language).where(is_living(order.account))
    held = customer.with_for_update(key_share=True, read=True)
    if found := connection.execute(held).first():
        language = order.language or found.language
        mail = Mail(kind, found.email, language, order.account, values, order.number)
        write_mail(connection, mail, now_s, wait_s)


def write_state_mail(connection: Connection, order: Order, state: OrderState, now_s: int) -> None:
    """Have the customer told that *order* has come to *state*, if that is told at all.

    What waits to be told of an earlier state of it that may be taken back is told no more.
    """
    if kind := TOLD.get(state):
        _withdraw(connection, order.number, MailKind.ORDER_ON_ITS_WAY)
        write_order_mail(connection, order, kind, now_s)


def retract_state_mail(connection: Connection, order: Order, now_s: int) -> None:
    """Take back what the customer is told of the state of *order*, or tell that it has changed."""
    kind = TOLD.get(order.state)
    if kind and not _withdraw(connection, order.number, kind):
        write_order_mail(connection, order, MailKind.ORDER_CHANGED, now_s)


def _withdraw(connection: Connection, order: OrderNumber, kind: MailKind) -> bool:
    """Delete mails that wait; say whether nobody can have got one of them."""
    these = (mails.c.order == order, mails.c.kind == kind)
    waiting = delete(mails).where(
        *these, mails.c.state == MailState.WAITING, mails.c.claimed_by.is_(None)
    )
    was_tried = any(connection.scalars(waiting.returning(mails.c.tries)).all())
    is_left = connection.execute(select(mails.c.id).where(*these).limit(1)).first() is not None
    return not (was_tried or is_left)
