"""Saves what a provider says of a payment, and places the order that waited for it."""

from sqlalchemy import Connection, select, update

from app.domain.mails import MailKind
from app.domain.orders import OrderNumber, OrderState
from app.domain.payment_troubles import has_lapsed
from app.domain.payments import (
    ASK_EVERY_S,
    Payment,
    PaymentState,
    ProviderStatus,
    is_paid,
    learn,
    next_recheck_at,
)
from app.store.catalog import increment_revision
from app.store.invoices import issue_invoice
from app.store.mails import write_order_mail, write_state_mail
from app.store.orders import find_order_by_number
from app.store.payment_troubles import note_troubles
from app.store.payments import as_payment, save_payment
from app.store.refunds import fail_refunds, list_refunds
from app.store.tables import orders, payments


def take_status(
    connection: Connection, known: Payment, status: ProviderStatus, now_s: int
) -> Payment:
    """Save what the provider said when it was asked about *known*; return the payment as it is.

    An order that awaited this payment is placed. The customer is told if the hold on the card has
    lapsed.
    """
    if is_paid(learn(known, status)):
        _place(connection, known.order, now_s)
    query = select(payments).where(payments.c.order == known.order).with_for_update()
    found = as_payment(connection.execute(query).one())
    learned = learn(found, status)._replace(asked=max(found.asked, known.heard))
    is_over = learned.state is not PaymentState.CREATED or learned.heard > learned.asked
    next_check_at = 0 if is_over else min(now_s + ASK_EVERY_S, learned.expires_at_s)
    recheck_at = next_recheck_at(learned, list_refunds(connection, learned.order), now_s)
    save_payment(connection, learned, next_check_at, recheck_at=recheck_at)
    if learned.state is not found.state:
        _tell_of_lapse(connection, learned, now_s)
    fail_refunds(connection, learned.order, status.failed_keys, now_s)
    note_troubles(connection, learned.order)
    return learned


def _tell_of_lapse(connection: Connection, payment: Payment, now_s: int) -> None:
    order = find_order_by_number(connection, payment.order)
    if order and has_lapsed(order.state, payment):
        write_order_mail(connection, order, MailKind.PAYMENT_LAPSED, now_s)


def _place(connection: Connection, number: OrderNumber, now_s: int) -> None:
    """Place an order that awaits payment; if it does not, because it was cancelled, do nothing."""
    order = find_order_by_number(connection, number)
    if order is None or order.state is not OrderState.AWAITING_PAYMENT:
        return
    values = {"state": OrderState.PLACED, "moved": increment_revision(connection)}
    waits = orders.c.number == number, orders.c.state == order.state
    if connection.execute(update(orders).where(*waits).values(values)).rowcount == 1:
        issue_invoice(connection, order, now_s)
        write_state_mail(connection, order, OrderState.PLACED, now_s)
