"""Payments by card: added, found, and looked at again.

Rows are locked in one order: the catalogue's revision, the order, its payment, its refunds.
"""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.catalog import Money
from app.domain.orders import HostedPage, OrderNumber
from app.domain.payments import (
    ASK_EVERY_S,
    PAYABLE_S,
    Dispute,
    Payment,
    PaymentState,
    retry_after_s,
)
from app.store.tables import payment_events, payments
from app.store.wakes import Woken, wake

EVENTS_KEPT_S: Final = 60 * 24 * 3600
"""How long it is known what a provider told; none tells anything again after so long."""


def add_payment(connection: Connection, payment: Payment) -> None:
    """Add the payment of a new order."""
    next_check_at = payment.expires_at_s - PAYABLE_S + ASK_EVERY_S
    connection.execute(insert(payments).values(**_row(payment), next_check_at=next_check_at))
    wake(connection, Woken.PAYMENTS)


def find_payment(connection: Connection, number: OrderNumber) -> Payment | None:
    """Return the payment of an order, or None if it is not paid by card."""
    return find_payments(connection, [number]).get(number)


def find_payments(
    connection: Connection, numbers: Iterable[OrderNumber]
) -> dict[OrderNumber, Payment]:
    """Return the payments of those orders that are paid by card."""
    query = select(payments).where(payments.c.order.in_([*numbers]))
    found = map(as_payment, connection.execute(query))
    return {payment.order: payment for payment in found}


def find_order_by_reference(connection: Connection, reference: str) -> OrderNumber | None:
    """Return the order whose payment the provider knows by *reference*."""
    query = select(payments.c.order).where(payments.c.reference == reference)
    number: OrderNumber | None = connection.execute(query).scalar()
    return number


def save_payment(
    connection: Connection, payment: Payment, next_check_at: int | None, **values: object
) -> None:
    """Save all of *payment*, which is locked, when it is looked at next, and other *values*."""
    values |= {**_row(payment), "next_check_at": next_check_at}
    connection.execute(update(payments).where(payments.c.order == payment.order).values(values))
    if next_check_at is not None:
        wake(connection, Woken.PAYMENTS)


def postpone(connection: Connection, payment: Payment, now_s: int) -> None:
    """Have *payment* looked at again after a while: a call told nothing."""
    failures = payment.failures + 1
    values = {"failures": failures, "next_check_at": now_s + retry_after_s(failures)}
    connection.execute(update(payments).where(payments.c.order == payment.order).values(values))


def look_soon(connection: Connection, number: OrderNumber, **values: object) -> None:
    """Have the payment of an order, if it has one, looked at now; *values* are saved with it."""
    looked_at = update(payments).where(payments.c.order == number)
    connection.execute(looked_at.values(next_check_at=0, **values))
    wake(connection, Woken.PAYMENTS)


def note_event(
    connection: Connection, event: str, number: OrderNumber, kind: str, now_s: int
) -> bool:
    """Note what a provider told by itself of an order, which may be unknown.

    Returns False, and changes nothing, if it told the same *event* before. The provider is asked
    about the payment soon, since what it tells may be late.
    """
    insertion = _insert(connection).values(id=event, order=number, kind=kind, at=now_s)
    if connection.execute(insertion.on_conflict_do_nothing()).rowcount != 1:
        return False
    old = payment_events.c.at < now_s - EVENTS_KEPT_S
    connection.execute(delete(payment_events).where(old))
    look_soon(connection, number, heard=payments.c.heard + 1)
    return True


def _insert(connection: Connection) -> Any:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(payment_events)


def _row(payment: Payment) -> dict[str, Any]:
    fields = payment._asdict()
    page, expires_at = fields.pop("page"), fields.pop("expires_at_s")
    return {**fields, "page": page.id, "url": page.url, "expires_at": expires_at}


def as_payment(row: Row[Any]) -> Payment:
    """Return the payment in *row*."""
    return Payment(
        OrderNumber(row.order),
        HostedPage(row.page, row.url),
        Money(row.amount),
        row.currency,
        row.expires_at,
        PaymentState(row.state),
        row.reference,
        Money(row.authorised),
        Money(row.captured),
        Money(row.refunded),
        None if row.capturing is None else Money(row.capturing),
        row.heard,
        row.asked,
        row.failures,
        Money(row.refunds_failed),
        Dispute(row.dispute),
    )
