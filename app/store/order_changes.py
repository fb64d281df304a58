"""Inventory: an order takes stock and uses a voucher; a cancelled one gives both back.

Each statement has the condition under which it may run, so no two orders get the last item.
"""

from typing import assert_never

from sqlalchemy import ColumnElement, Connection, bindparam, insert, or_, update

from app.domain.catalog import Voucher
from app.domain.orders import CancelOrder, Order, OrderChange, OrderState, PlaceOrder
from app.store.catalog import increment_revision
from app.store.tables import order_lines, orders, products, vouchers


class StockConflict(Exception):
    """Stock, price, voucher or order state differ from what the ruling was based on."""


def apply_order_change(connection: Connection, change: OrderChange) -> None:
    """Apply *change*; raises `StockConflict`, upon which the caller rolls back."""
    revision = increment_revision(connection)
    match change:
        case PlaceOrder(order, voucher):
            _take_stock(connection, order, revision)
            if voucher is not None:
                _use_voucher(connection, voucher)
            _add(connection, order, revision)
        case CancelOrder(order):
            _cancel(connection, order, revision)
            _give_back(connection, order, revision)
        case _:
            assert_never(change)


def _take_stock(connection: Connection, order: Order, revision: int) -> None:
    """Take stock if there is enough of it, at the price that the shopper saw."""
    taken = (
        update(products)
        .where(
            products.c.sku == bindparam("wanted"),
            products.c.sold,
            products.c.price == bindparam("seen_price"),
            products.c.stock >= bindparam("qty"),
        )
        .values(stock=products.c.stock - bindparam("qty"), moved=revision)
    )
    rows = [
        {"wanted": line.sku, "seen_price": line.price, "qty": line.qty}
        for line in sorted(order.lines)
    ]
    if connection.execute(taken, rows).rowcount != len(rows):
        raise StockConflict


def _use_voucher(connection: Connection, voucher: Voucher) -> None:
    """Use *voucher* once, if it still gives what the shopper saw."""
    unchanged = (
        vouchers.c.code == voucher.code,
        vouchers.c.percent == voucher.percent,
        vouchers.c.amount == voucher.amount,
        vouchers.c.minimum == voucher.minimum,
        or_(vouchers.c.uses_left.is_(None), vouchers.c.uses_left > 0),
    )
    if not _add_uses(connection, -1, *unchanged):
        raise StockConflict


def _cancel(connection: Connection, order: Order, revision: int) -> None:
    """Cancel *order* if its state is still the same, so that it is cancelled once only."""
    cancelled = update(orders).where(
        orders.c.number == order.number,
        orders.c.account == order.account,
        orders.c.state == order.state,
    )
    values = {"state": OrderState.CANCELLED, "moved": revision}
    if connection.execute(cancelled.values(values)).rowcount != 1:
        raise StockConflict


def _give_back(connection: Connection, order: Order, revision: int) -> None:
    given_back = (
        update(products)
        .where(products.c.sku == bindparam("bought"))
        .values(stock=products.c.stock + bindparam("qty"), moved=revision)
    )
    rows = [{"bought": line.sku, "qty": line.qty} for line in sorted(order.lines)]
    connection.execute(given_back, rows)
    if order.voucher:
        _add_uses(connection, 1, vouchers.c.code == order.voucher)


def _add_uses(connection: Connection, uses: int, *where: ColumnElement[bool]) -> bool:
    """Change the uses left of a voucher; without a limit they stay NULL."""
    counted = update(vouchers).where(*where).values(uses_left=vouchers.c.uses_left + uses)
    return connection.execute(counted).rowcount == 1


def _add(connection: Connection, order: Order, revision: int) -> None:
    connection.execute(
        insert(orders).values(
            number=order.number,
            account=order.account,
            key=order.key,
            state=order.state,
            placed_at=order.placed_at_s,
            placed=revision,
            moved=revision,
            items=order.totals.count,
            subtotal=order.totals.subtotal,
            discount=order.totals.discount,
            delivery=order.totals.delivery,
            total=order.totals.total,
            currency=order.totals.currency,
            **order.deliver._asdict(),
            pay=order.pay,
            note=order.note,
            voucher=order.voucher,
        )
    )
    rows = [
        {"order": order.number, "place": place, **line._asdict()}
        for place, line in enumerate(order.lines)
    ]
    connection.execute(insert(order_lines), rows)
