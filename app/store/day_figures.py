"""What was sold, given back and written off in a span of time, from orders and the log of stock.

Sold are orders that were placed in the span and were neither cancelled nor still await payment.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from app.domain.catalog import Money, Product
from app.domain.orders import OrderState
from app.domain.stock import MovementKind
from app.store.catalog import product_of
from app.store.tables import movements, order_lines, orders, products, refunds

HOUR_S: Final = 3600
_UNSOLD: Final = (OrderState.AWAITING_PAYMENT, OrderState.CANCELLED)


class Span(NamedTuple):
    """From a moment until before another, in seconds since 1970."""

    since_s: int
    until_s: int


class Figures(NamedTuple):
    """Sums of a span; `total` is what its orders cost, and is made of the four before it.

    `given_back` is what was refunded in the span, of whatever order that was not cancelled.
    """

    orders: int
    items: int
    subtotal: Money
    discount: Money
    delivery: Money
    tax: Money
    total: Money
    cancelled: int
    cancelled_total: Money
    given_back: Money


class SoldProduct(NamedTuple):
    """So many units of a product, and what they cost."""

    product: Product
    units: int
    amount: Money


class WrittenOff(NamedTuple):
    """Units that were written off for one reason, and what they would cost today."""

    reason: str
    units: int
    amount: Money


def sum_figures(connection: Connection, span: Span) -> Figures:
    """Return the sums of *span*."""
    sold = orders.c.state.not_in(_UNSOLD)
    cancelled = orders.c.state == OrderState.CANCELLED
    counted = ("items", "subtotal", "discount", "delivery", "total")
    sums: list[ColumnElement[Any]] = [
        func.count().filter(sold),
        *(func.sum(orders.c[name]).filter(sold) for name in counted),
        func.count().filter(cancelled),
        func.sum(orders.c.total).filter(cancelled),
    ]
    query = select(*sums).where(*_within(orders.c.placed_at, span))
    count, items, *money, gone, gone_total = _numbers(connection, query)
    subtotal, discount, delivery, total = map(Money, money)
    return Figures(
        count,
        items,
        subtotal,
        discount,
        delivery,
        Money(total - subtotal + discount - delivery),
        total,
        gone,
        Money(gone_total),
        _given_back(connection, span),
    )


def takings_by_hour(connection: Connection, span: Span) -> Mapping[int, Money]:
    """Return what was sold in each hour since the span began, of those in which something was."""
    hour = ((orders.c.placed_at - span.since_s) // HOUR_S).label("hour")
    query = (
        select(hour, func.sum(orders.c.total))
        .where(*_within(orders.c.placed_at, span), orders.c.state.not_in(_UNSOLD))
        .group_by("hour")
    )
    return {int(at): Money(int(total)) for at, total in connection.execute(query)}


def list_sold(connection: Connection, span: Span, most: int) -> Sequence[SoldProduct]:
    """Return at most *most* products that were sold in *span*, by what they came to."""
    sold, units, amount = _sold(span)
    query = (
        select(products, units, amount)
        .join(sold, sold.c.sku == products.c.sku)
        .order_by(amount.desc(), products.c.place)
        .limit(most)
    )
    return [_sold_product(row) for row in connection.execute(query)]


def list_unsold(connection: Connection, span: Span, most: int) -> Sequence[SoldProduct]:
    """Return at most *most* products of which the fewest were sold in *span*, the fewest first.

    They are on sale and in stock, and were in the shop before the span began.
    """
    sold, units, amount = _sold(span)
    units, amount = func.coalesce(units, 0), func.coalesce(amount, 0)
    known = select(movements.c.sku).where(
        movements.c.sku == products.c.sku, movements.c.at < span.since_s
    )
    query = (
        select(products, units.label("units"), amount.label("amount"))
        .outerjoin(sold, sold.c.sku == products.c.sku)
        .where(products.c.sold, products.c.stock > 0, known.exists())
        .order_by(units, products.c.stock.desc(), products.c.place)
        .limit(most)
    )
    return [_sold_product(row) for row in connection.execute(query)]


def sum_written_off(connection: Connection, span: Span) -> Sequence[WrittenOff]:
    """Return what was written off in *span*, by reason, what would cost most first."""
    units = -func.sum(movements.c.units)
    amount = -func.sum(movements.c.units * products.c.price)
    query = (
        select(movements.c.reason, units, amount)
        .join(products, products.c.sku == movements.c.sku)
        .where(movements.c.kind == MovementKind.WASTED, *_within(movements.c.at, span))
        .group_by(movements.c.reason)
        .order_by(amount.desc(), movements.c.reason)
    )
    rows = connection.execute(query)
    return [WrittenOff(reason, int(count), Money(int(cost))) for reason, count, cost in rows]


def _given_back(connection: Connection, span: Span) -> Money:
    query = (
        select(func.sum(refunds.c.amount))
        .join(orders, orders.c.number == refunds.c.order)
        .where(*_within(refunds.c.at, span), orders.c.state != OrderState.CANCELLED)
    )
    (total,) = _numbers(connection, query)
    return Money(total)


def _sold(span: Span) -> tuple[Any, ColumnElement[int], ColumnElement[int]]:
    """Return a subquery of the products that were sold in *span*, and its two sums."""
    sums = (
        select(
            order_lines.c.sku,
            func.sum(order_lines.c.qty).label("units"),
            func.sum(order_lines.c.qty * order_lines.c.price).label("amount"),
        )
        .join(orders, orders.c.number == order_lines.c.order)
        .where(*_within(orders.c.placed_at, span), orders.c.state.not_in(_UNSOLD))
        .group_by(order_lines.c.sku)
        .subquery()
    )
    return sums, sums.c.units, sums.c.amount


def _within(column: ColumnElement[int], span: Span) -> tuple[ColumnElement[bool], ...]:
    return column >= span.since_s, column < span.until_s


def _numbers(connection: Connection, query: Select[Any]) -> list[int]:
    """Return the one row of *query*; a sum of nothing is 0."""
    return [int(value or 0) for value in connection.execute(query).one()]


def _sold_product(row: Row[Any]) -> SoldProduct:
    return SoldProduct(product_of(row), int(row.units), Money(int(row.amount)))
