"""Payments that staff have to see to, and what they do about them."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Update, select, update

from app.domain.mails import MailKind
from app.domain.orders import Order, OrderNumber, OrderState, Pay
from app.domain.payment_troubles import Trouble, due_on_delivery, has_lapsed, troubles_of
from app.domain.payments import Payment
from app.domain.refunds import RefundState
from app.store.mails import write_order_mail
from app.store.orders import find_order_by_number
from app.store.payments import as_payment, look_soon
from app.store.refunds import list_refunds
from app.store.tables import orders, payments, refunds

MOST_LISTED = 50


class Troubled(NamedTuple):
    """An order, and what is wrong with its payment."""

    number: OrderNumber
    troubles: list[Trouble]


def note_troubles(connection: Connection, number: OrderNumber) -> None:
    """Note whether something is wrong with the payment of an order, so that it is listed."""
    row = connection.execute(_with_orders().where(payments.c.order == number)).one()
    noted = update(payments).where(payments.c.order == number)
    connection.execute(noted.values(troubled=bool(_troubled(connection, row).troubles)))


def list_troubled(connection: Connection) -> list[Troubled]:
    """Return the payments that staff have to see to, those of the newest orders first."""
    listed = _with_orders().where(payments.c.troubled).order_by(orders.c.placed.desc())
    found = [_troubled(connection, row) for row in connection.execute(listed.limit(MOST_LISTED))]
    return [one for one in found if one.troubles]


def take_on_delivery(connection: Connection, number: OrderNumber, now_s: int) -> bool:
    """Have an order paid at the door whose hold has lapsed; return False if it has not.

    What was to be given back of it is not asked for there.
    """
    locked = select(orders.c.number).where(orders.c.number == number).with_for_update()
    connection.execute(locked)
    order, payment = find_order_by_number(connection, number), _lock(connection, number)
    if not (order and payment and order.pay is Pay.CARD and has_lapsed(order.state, payment)):
        return False
    at_the_door = update(orders).where(orders.c.number == number).values(pay=Pay.ON_DELIVERY)
    connection.execute(at_the_door)
    due = due_on_delivery(payment, list_refunds(connection, number))
    connection.execute(_change(number, RefundState.WANTED).values(state=RefundState.DEDUCTED))
    note_troubles(connection, number)
    _tell(connection, order, due, now_s)
    return True


def refund_again(connection: Connection, number: OrderNumber, nr: int, now_s: int) -> bool:
    """Have a refund tried again that has failed; return False if it has not."""
    again = _change(number, RefundState.FAILED, nr).values(state=RefundState.WANTED, at=now_s)
    return _see_to(connection, number, again)


def refund_elsewhere(connection: Connection, number: OrderNumber, nr: int) -> bool:
    """Note that what a failed refund was for was given back in another way.

    Returns False if it has not failed.
    """
    return _see_to(
        connection,
        number,
        _change(number, RefundState.FAILED, nr).values(state=RefundState.ELSEWHERE),
    )


def _see_to(connection: Connection, number: OrderNumber, change: Update) -> bool:
    _lock(connection, number)
    if connection.execute(change).rowcount != 1:
        return False
    note_troubles(connection, number)
    look_soon(connection, number)
    return True


def _lock(connection: Connection, number: OrderNumber) -> Payment | None:
    query = select(payments).where(payments.c.order == number).with_for_update()
    row = connection.execute(query).one_or_none()
    return None if row is None else as_payment(row)


def _change(number: OrderNumber, state: RefundState, nr: int | None = None) -> Update:
    """Return a change of the refunds of an order that are in *state*, or of one of them."""
    change = update(refunds).where(refunds.c.order == number, refunds.c.state == state)
    return change if nr is None else change.where(refunds.c.nr == nr)


def _tell(connection: Connection, order: Order, due: int, now_s: int) -> None:
    if order.state is not OrderState.DELIVERED:
        write_order_mail(connection, order, MailKind.PAY_ON_DELIVERY, now_s, amount=due)


def _with_orders() -> Any:
    found = select(payments, orders.c.state.label("order_state"), orders.c.pay)
    return found.join(orders, orders.c.number == payments.c.order)


def _troubled(connection: Connection, row: Row[Any]) -> Troubled:
    number, state = OrderNumber(row.order), OrderState(row.order_state)
    known = list_refunds(connection, number)
    return Troubled(number, troubles_of(state, Pay(row.pay), as_payment(row), known))
