"""Orders: found, listed and moved to their next state.

They are placed and cancelled together with their carts (`order_changes.py`).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from app.domain.addresses import Address
from app.domain.cart import AccountId
from app.domain.catalog import Money, Sku, VoucherCode
from app.domain.orders import (
    NEXT,
    CancelOrder,
    Order,
    OrderKey,
    OrderLine,
    OrderNumber,
    OrderState,
    Pay,
)
from app.domain.placing import cancel
from app.domain.totals import Totals
from app.store.carts import as_save, load_cart, save_carts
from app.store.catalog import increment_revision
from app.store.tables import order_lines, orders

PAGE_SIZE = 20


class OrdersPage(NamedTuple):
    """Some orders, newest first, and the number of the next page if there is one."""

    orders: list[Order]
    next_page: int | None


class OrderMove(NamedTuple):
    """The present state of an order."""

    account: AccountId
    number: OrderNumber
    state: OrderState


def find_order(connection: Connection, account: AccountId, number: str) -> Order | None:
    """Return an order of *account*, or None, also if it is another account's."""
    return _one(connection, orders.c.number == number, orders.c.account == account)


def find_order_by_key(connection: Connection, account: AccountId, key: OrderKey) -> Order | None:
    """Return the order that *account* placed under *key*."""
    return _one(connection, orders.c.account == account, orders.c.key == key)


def find_order_by_number(connection: Connection, number: str) -> Order | None:
    """Return an order of any account: for staff and commands."""
    return _one(connection, orders.c.number == number)


def order_number_exists(connection: Connection, number: OrderNumber) -> bool:
    """Say whether an order has this number."""
    query = select(func.count()).where(orders.c.number == number)
    return bool(connection.execute(query).scalar())


def list_orders(connection: Connection, account: AccountId, page: int) -> OrdersPage:
    """Return a page of *account*'s orders; pages count from 1."""
    return _page(connection, page, orders.c.account == account)


def list_all_orders(connection: Connection, state: OrderState | None, page: int = 1) -> OrdersPage:
    """Return a page of all accounts' orders, or of those in *state*: for staff and commands."""
    return _page(connection, page, *([orders.c.state == state] if state else []))


def count_orders(connection: Connection) -> dict[OrderState, int]:
    """Return the number of orders by state; states without orders are left out."""
    query = select(orders.c.state, func.count()).group_by(orders.c.state)
    return {OrderState(state): count for state, count in connection.execute(query)}


def last_bought(connection: Connection, account: AccountId, most: int) -> list[Sku]:
    """Return at most *most* products that *account* bought, the latest first."""
    newest = func.max(orders.c.placed)
    query = (
        select(order_lines.c.sku)
        .join(orders)
        .where(orders.c.account == account)
        .group_by(order_lines.c.sku)
        .order_by(newest.desc(), func.min(order_lines.c.place))
        .limit(most)
    )
    return [Sku(sku) for sku in connection.scalars(query)]


def move_on(connection: Connection, order: Order) -> bool:
    """Move *order* to its next state; return False if its state has changed meanwhile."""
    moving = update(orders).where(orders.c.number == order.number, orders.c.state == order.state)
    values = {"state": NEXT[order.state], "moved": increment_revision(connection)}
    return connection.execute(moving.values(values)).rowcount == 1


def cancel_order_offline(connection: Connection, order: Order, now_s: int) -> bool:
    """Cancel *order* without the server; return False if its state has changed meanwhile.

    The cart is saved as its next version, so a server that has it in memory finds it stale.
    """
    cart = cancel(load_cart(connection, order.account), order).cart
    return not save_carts(connection, [as_save(cart, (), (CancelOrder(order),))], now_s).refused


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


def _one(connection: Connection, *where: ColumnElement[bool]) -> Order | None:
    row = connection.execute(select(orders).where(*where)).one_or_none()
    return _with_lines(connection, [row])[0] if row else None


def _page(connection: Connection, page: int, *where: ColumnElement[bool]) -> OrdersPage:
    query = select(orders).where(*where).order_by(orders.c.placed.desc())
    rows = connection.execute(query.limit(PAGE_SIZE + 1).offset((page - 1) * PAGE_SIZE)).all()
    shown = _with_lines(connection, rows[:PAGE_SIZE])
    return OrdersPage(shown, page + 1 if len(rows) > PAGE_SIZE else None)


def _with_lines(connection: Connection, rows: Sequence[Row[Any]]) -> list[Order]:
    lines: dict[str, list[OrderLine]] = {row.number: [] for row in rows}
    query = select(order_lines).where(order_lines.c.order.in_(lines))
    for row in connection.execute(query.order_by(order_lines.c.order, order_lines.c.place)):
        line = OrderLine(Sku(row.sku), row.name, row.unit, row.qty, Money(row.price))
        lines[row.order].append(line)
    return [_order(row, lines[row.number]) for row in rows]


def _order(row: Row[Any], lines: Sequence[OrderLine]) -> Order:
    return Order(
        OrderNumber(row.number),
        AccountId(row.account),
        OrderKey(row.key),
        OrderState(row.state),
        row.placed_at,
        tuple(lines),
        _totals(row),
        Address(row.name, row.line1, row.line2, row.city, row.postcode),
        Pay(row.pay),
        row.note,
        VoucherCode(row.voucher),
    )


def _totals(row: Row[Any]) -> Totals:
    subtotal, discount, delivery, total = map(
        Money, (row.subtotal, row.discount, row.delivery, row.total)
    )
    return Totals(row.items, subtotal, discount, delivery, total, row.currency)
