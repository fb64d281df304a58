"""What is to be done about payments: claimed by one server at a time, and refunds written down."""

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from app.domain.catalog import Money
from app.domain.orders import OrderNumber, OrderState
from app.domain.payments import (
    Payment,
    ProviderStatus,
    Step,
    amount_to_capture,
    next_step,
    refundable,
)
from app.domain.refunds import Refund, RefundState, promised, total_of
from app.store.payment_status import take_status
from app.store.payment_troubles import note_troubles
from app.store.payments import as_payment, look_soon, save_payment
from app.store.refunds import fail_refunds, insert_refund, list_refunds, settle_refund
from app.store.tables import orders, payments

CLAIM_S = 30
"""How long a server has for a step, more than all calls of one take; then it is done again."""


class Work(NamedTuple):
    """A step that is to be done about a payment; `refund` is the one that `Step.REFUND` is for.

    `refunded_before` is the sum of the refunds that are done.
    """

    payment: Payment
    step: Step
    refund: Refund | None = None
    refunded_before: Money = Money(0)


def next_due_at(connection: Connection) -> int | None:
    """Return when the next payment is to be looked at; None if there is nothing to do."""
    first = [
        select(func.min(column)).scalar_subquery()
        for column in (payments.c.next_check_at, payments.c.recheck_at)
    ]
    found = connection.execute(select(*first)).one()
    return min((due_at for due_at in found if due_at is not None), default=None)


def claim_work(connection: Connection, now_s: int, most: int) -> list[Work]:
    """Return at most *most* steps that are due; no other server gets them for `CLAIM_S` seconds.

    What is going to be asked of the provider is saved here, before it is asked.
    """
    _begin_rechecks(connection, now_s, most)
    query = select(payments).where(payments.c.next_check_at <= now_s)
    query = query.order_by(payments.c.next_check_at).limit(most)
    found = connection.execute(query.with_for_update(skip_locked=True)).all()
    due = [as_payment(row) for row in found]
    # A change of an order locks its payment. So the states that are read now are the newest, and
    # a later change has the payment looked at again.
    states = _states(connection, [payment.order for payment in due])
    works = [_claim(connection, states[payment.order], payment, now_s) for payment in due]
    return [work for work in works if work]


def finish_refund(
    connection: Connection, work: Work, refund: Refund, status: ProviderStatus, now_s: int
) -> None:
    """Save that *refund* is done, or that it has failed already."""
    take_status(connection, work.payment, status, now_s)
    settle_refund(connection, refund, RefundState.DONE, now_s)
    fail_refunds(connection, refund.order, status.failed_keys, now_s)
    note_troubles(connection, refund.order)


def count_unsettled(connection: Connection) -> tuple[int, int]:
    """Return how many payments have something to be done, and how many of them fail to get on."""
    is_due = payments.c.next_check_at.is_not(None)
    query = select(func.count(), func.count().filter(payments.c.failures > 0)).where(is_due)
    due, failing = connection.execute(query).one()
    return due, failing


def _begin_rechecks(connection: Connection, now_s: int, most: int) -> None:
    """Have the provider asked about payments of which it may have told nothing, as if it had."""
    due = select(payments.c.order).where(payments.c.recheck_at <= now_s).limit(most)
    numbers = connection.scalars(due.with_for_update(skip_locked=True)).all()
    for number in numbers:
        look_soon(connection, number, heard=payments.c.heard + 1, recheck_at=None)


def _claim(connection: Connection, state: OrderState, payment: Payment, now_s: int) -> Work | None:
    known = list_refunds(connection, payment.order)
    wanted = total_of(known, RefundState.WANTED)
    step = next_step(state, payment, known, now_s)
    if step in {Step.CAPTURE, Step.VOID} and payment.capturing is None:
        taken = amount_to_capture(payment, wanted) if step is Step.CAPTURE else Money(0)
        payment = payment._replace(capturing=taken)
        for refund in known:
            settle_refund(connection, refund, RefundState.DEDUCTED, now_s)
    if step is Step.REFUND and state is OrderState.CANCELLED:
        known += _rest(connection, payment, known, now_s)
    save_payment(connection, payment, None if step is None else now_s + CLAIM_S)
    if step is None:
        return None
    first = next((one for one in known if one.state is RefundState.WANTED), None)
    return Work(payment, step, first, total_of(known, RefundState.DONE))


def _rest(
    connection: Connection, payment: Payment, known: list[Refund], now_s: int
) -> list[Refund]:
    """Have all that is left given back, because the order is cancelled."""
    if not (left := refundable(payment, promised(known))):
        return []
    refund = Refund(payment.order, len(known) + 1, left, "", None, now_s)
    insert_refund(connection, refund)
    return [refund]


def _states(connection: Connection, numbers: list[OrderNumber]) -> dict[str, OrderState]:
    query = select(orders.c.number, orders.c.state).where(orders.c.number.in_(numbers))
    return {number: OrderState(state) for number, state in connection.execute(query)}
