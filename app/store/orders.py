"""Orders: found, listed and moved to their next state.

They are placed and cancelled together with their carts (`order_changes.py`).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from msgspec import UNSET
from sqlalchemy import ColumnElement, Connection, Row, case, exists, func, select, update

from app.domain.accounts import AccountId
from app.domain.addresses import Address
from app.domain.catalog import Money, Sku, VoucherCode
from app.domain.order_limits import HOUR_S, AccountOrders
from app.domain.orders import (
    NEXT,
    PREVIOUS,
    CancelOrder,
    Order,
    OrderKey,
    OrderLine,
    OrderNumber,
    OrderState,
    Pay,
    read_number,
)
from app.domain.paging import After, Start
from app.domain.placing import cancel
from app.domain.totals import Totals
from app.store.cart_saves import as_save, save_carts
from app.store.carts import load_cart
from app.store.catalog import increment_revision
from app.store.living_accounts import is_living
from app.store.mails import retract_state_mail, write_state_mail
from app.store.paging import newest_first
from app.store.tables import accounts, order_counts, order_lines, orders
from app.store.wakes import Woken, wake

PAGE_SIZE = 20
PAGE_KEY = (int,)
"""The types of what a page of orders begins after: the revision at which one was placed."""


class OrdersPage(NamedTuple):
    """Some orders, newest first, and where the next page begins if there is one."""

    orders: list[Order]
    next_page: After | None


def find_order(connection: Connection, account: AccountId, number: str) -> Order | None:
    """Return an order of *account*, or None, also if it is another account's."""
    return _one(connection, orders.c.number == read_number(number), orders.c.account == account)


def find_order_by_key(connection: Connection, account: AccountId, key: OrderKey) -> Order | None:
    """Return the order that *account* placed under *key*."""
    return _one(connection, orders.c.account == account, orders.c.key == key)


def find_order_by_number(connection: Connection, number: str) -> Order | None:
    """Return an order of any account: for staff and commands."""
    return _one(connection, orders.c.number == read_number(number))


def order_number_exists(connection: Connection, number: OrderNumber) -> bool:
    """Say whether an order has this number."""
    query = select(func.count()).where(orders.c.number == number)
    return bool(connection.execute(query).scalar())


def list_orders(connection: Connection, account: AccountId, start: Start) -> OrdersPage:
    """Return a page of *account*'s orders."""
    return _page(connection, start, orders.c.account == account)


def list_all_orders(
    connection: Connection, state: OrderState | None, start: Start = 1
) -> OrdersPage:
    """Return a page of all accounts' orders, or of those in *state*: for staff and commands."""
    return _page(connection, start, *([orders.c.state == state] if state else []))


def count_orders(connection: Connection) -> dict[OrderState, int]:
    """Return the number of orders by state; states without orders are left out."""
    query = select(order_counts).where(order_counts.c.orders > 0)
    return {OrderState(state): count for state, count in connection.execute(query)}


def summarize_orders(connection: Connection, account: AccountId, now_s: int) -> AccountOrders:
    """Return what *account* ordered within the last hour, and what was not delivered yet."""
    is_recent = orders.c.placed_at > now_s - HOUR_S
    is_open = orders.c.state.not_in((OrderState.DELIVERED, OrderState.CANCELLED))
    query = (
        select(
            func.max(accounts.c.created_at),
            func.count(case((is_recent, 1))),
            func.min(case((is_recent, orders.c.placed_at))),
            func.count(case((is_open, 1))),
            func.sum(case((is_open, orders.c.total))),
            func.sum(case((is_open, orders.c["items"]))),
        )
        .select_from(accounts.outerjoin(orders))
        .where(accounts.c.id == account)
    )
    return AccountOrders(*[int(value or 0) for value in connection.execute(query).one()])


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


def bought_often(connection: Connection, account: AccountId, most: int) -> list[Sku]:
    """Return at most *most* products that are in several orders of *account*, the oftenest first.

    Of those in equally many, it is the one that was ordered last.
    """
    times = func.count()
    query = (
        select(order_lines.c.sku)
        .join(orders)
        .where(orders.c.account == account)
        .group_by(order_lines.c.sku)
        .having(times > 1)
        .order_by(times.desc(), func.max(orders.c.placed).desc(), order_lines.c.sku)
        .limit(most)
    )
    return [Sku(sku) for sku in connection.scalars(query)]


def move_on(connection: Connection, order: Order, now_s: int) -> int | None:
    """Move *order* on, have it told, and return the revision; None if its state was another one."""
    revision = increment_revision(connection)
    moving = update(orders).where(orders.c.number == order.number, orders.c.state == order.state)
    values = {"state": NEXT[order.state], "moved": revision}
    if connection.execute(moving.values(values)).rowcount != 1:
        return None
    write_state_mail(connection, order, NEXT[order.state], now_s)
    wake(connection, Woken.PAYMENTS)
    return revision


def move_back(connection: Connection, order: Order, revision: int, now_s: int) -> bool:
    """Take back the move of *order* that has this *revision*, and what is told of it.

    Returns False, and changes nothing, if that was not its last, or its account was deleted since.
    """
    moving = update(orders).where(
        orders.c.number == order.number,
        orders.c.state == order.state,
        orders.c.moved == revision,
        orders.c.moved != orders.c.placed,
        exists().where(is_living(order.account)),
    )
    values = {"state": PREVIOUS[order.state], "moved": increment_revision(connection)}
    if connection.execute(moving.values(values)).rowcount != 1:
        return False
    retract_state_mail(connection, order, now_s)
    wake(connection, Woken.PAYMENTS)
    return True


def cancel_order_offline(connection: Connection, order: Order, now_s: int) -> bool:
    """Cancel *order* without the server; return False if its state has changed meanwhile.

    The cart is saved as its next version, so a server that has it in memory finds it stale.
    """
    cart = cancel(load_cart(connection, order.cart), order).cart
    return not save_carts(connection, [as_save(cart, (), (CancelOrder(order),))], now_s).refused


def _one(connection: Connection, *where: ColumnElement[bool]) -> Order | None:
    row = connection.execute(select(orders).where(*where)).one_or_none()
    return _with_lines(connection, [row])[0] if row else None


def _page(connection: Connection, start: Start, *where: ColumnElement[bool]) -> OrdersPage:
    query = select(orders).where(*where)
    rows, after = newest_first(connection, query, [orders.c.placed], start, PAGE_SIZE)
    return OrdersPage(_with_lines(connection, rows), after)


def _with_lines(connection: Connection, rows: Sequence[Row[Any]]) -> list[Order]:
    lines: dict[str, list[OrderLine]] = {row.number: [] for row in rows}
    query = select(order_lines).where(order_lines.c.order.in_(lines))
    for row in connection.execute(query.order_by(order_lines.c.order, order_lines.c.place)):
        lines[row.order].append(_line(row))
    return [_order(row, lines[row.number]) for row in rows]


def _line(row: Row[Any]) -> OrderLine:
    price, off = Money(row.price), Money(row.off)
    return OrderLine(Sku(row.sku), row.name, row.unit, row.qty, price, row.tax_rate, off, row.deal)


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
        row.taxes,
        row.zone,
        row.language,
        AccountId(row.member_of),
    )


def _totals(row: Row[Any]) -> Totals:
    amounts = row.subtotal, row.discount, row.delivery, row.total
    subtotal, discount, delivery, total = map(Money, amounts)
    tax = Money(total - (subtotal - discount + delivery)) or UNSET
    return Totals(row.items, subtotal, discount, delivery, total, row.currency, tax)
