"""Orders whose state has changed, for the pages that show them."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from app.domain.accounts import AccountId
from app.domain.orders import OrderNumber, OrderState
from app.store.tables import orders


class OrderMove(NamedTuple):
    """The present state of an order."""

    account: AccountId
    number: OrderNumber
    state: OrderState


def load_moved_orders(connection: Connection, since: int, until: int) -> list[OrderMove]:
    """Return the orders whose state changed after revision *since*, up to revision *until*.

    Orders that were placed meanwhile are left out: tabs learn of them with the emptied cart.
    """
    query = select(orders.c.account, orders.c.number, orders.c.state).where(
        orders.c.moved > since, orders.c.moved <= until, orders.c.moved != orders.c.placed
    )
    return [
        OrderMove(AccountId(row.account), OrderNumber(row.number), OrderState(row.state))
        for row in connection.execute(query.order_by(orders.c.moved))
    ]
