"""Refunds: asked for, and what became of each."""

from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from app.domain.accounts import AccountId
from app.domain.catalog import Money
from app.domain.mails import MailKind
from app.domain.orders import OrderNumber, OrderState
from app.domain.payments import refundable
from app.domain.refunds import Refund, RefundState, promised, refund_key
from app.store.invoices import credit_part
from app.store.mails import write_order_mail
from app.store.orders import find_order_by_number
from app.store.payments import as_payment, look_soon
from app.store.tables import payments, refunds


def add_refund(connection: Connection, refund: Refund) -> bool:
    """Have *refund* given back to the shopper; return False if there is not so much left.

    Neither is it done if its number is not the next one: another refund came first. Before the
    money is taken, that much less will be.
    """
    query = select(payments).where(payments.c.order == refund.order).with_for_update()
    row = connection.execute(query).one_or_none()
    known = list_refunds(connection, refund.order)
    if row is None or refund.nr != len(known) + 1:
        return False
    if not 0 < refund.amount <= refundable(as_payment(row), promised(known)):
        return False
    insert_refund(connection, refund)
    credit_part(connection, refund.order, refund.amount, refund.reason, refund.at_s)
    look_soon(connection, refund.order)
    return True


def list_refunds(connection: Connection, number: OrderNumber) -> list[Refund]:
    """Return the refunds of an order, in the order in which they were asked for."""
    query = select(refunds).where(refunds.c.order == number).order_by(refunds.c.nr)
    return [_refund(row) for row in connection.execute(query)]


def insert_refund(connection: Connection, refund: Refund) -> None:
    """Save *refund* as a new one of its order."""
    values = refund._asdict()
    connection.execute(insert(refunds).values(at=values.pop("at_s"), **values))


def settle_refund(connection: Connection, refund: Refund, state: RefundState, now_s: int) -> None:
    """Save what became of a refund that was wanted, and have the customer told.

    That no money was taken for a cancelled order is told by another mail.
    """
    its = refunds.c.order == refund.order, refunds.c.nr == refund.nr
    wanted = refunds.c.state == RefundState.WANTED
    settled = update(refunds).where(*its, wanted).values(state=state)
    if connection.execute(settled).rowcount != 1:
        return
    order = find_order_by_number(connection, refund.order)
    if order and (state is RefundState.DONE or order.state is not OrderState.CANCELLED):
        about: dict[str, str | int] = {"amount": refund.amount, "reason": refund.reason}
        write_order_mail(
            connection, order, MailKind.ORDER_REFUNDED, now_s, **about, state=state.value
        )


def fail_refunds(
    connection: Connection, number: OrderNumber, keys: frozenset[str], now_s: int
) -> None:
    """Save that the refunds of an order with these *keys* have failed, and have it told."""
    for refund in list_refunds(connection, number):
        if refund.state is RefundState.DONE and refund_key(refund) in keys:
            its = refunds.c.order == number, refunds.c.nr == refund.nr
            failed = {"state": RefundState.FAILED, "failures": refund.failures + 1}
            connection.execute(update(refunds).where(*its).values(failed))
            if order := find_order_by_number(connection, number):
                amount = refund.amount
                write_order_mail(connection, order, MailKind.REFUND_FAILED, now_s, amount=amount)


def _refund(row: Row[Any]) -> Refund:
    by = None if row.by is None else AccountId(row.by)
    number, state = OrderNumber(row.order), RefundState(row.state)
    return Refund(number, row.nr, Money(row.amount), row.reason, by, row.at, state, row.failures)
