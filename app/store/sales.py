"""What was sold since a moment."""

from typing import Final, NamedTuple

from sqlalchemy import Connection, func, select

from app.domain.catalog import Money
from app.domain.orders import OrderState
from app.store.tables import orders

MOST_COUNTED: Final = 2_000
"""So many of the newest orders are looked at, which costs the same however many there are."""


class Sales(NamedTuple):
    """How many orders were placed and not cancelled, and their totals together.

    Those that await payment do not count.

    Without `is_all` there are more of them.
    """

    orders: int
    total: Money
    is_all: bool


def sum_sales(connection: Connection, since_s: int) -> Sales:
    """Return what was sold since *since_s*."""
    newest = (
        select(orders.c.placed_at, orders.c.state, orders.c.total)
        .order_by(orders.c.placed.desc())
        .limit(MOST_COUNTED)
        .subquery()
    )
    since = newest.c.placed_at >= since_s
    is_sold = newest.c.state.not_in((OrderState.AWAITING_PAYMENT, OrderState.CANCELLED))
    query = select(
        func.count().filter(since),
        func.count().filter(since, is_sold),
        func.sum(newest.c.total).filter(since, is_sold),
    )
    looked_at, sold, total = connection.execute(query).one()
    return Sales(sold, Money(int(total or 0)), looked_at < MOST_COUNTED)
