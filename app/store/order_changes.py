"""What an order takes and brings back: stock and vouchers, each guarded in its own statement."""

from typing import assert_never

from sqlalchemy import ColumnElement, Connection, bindparam, insert, or_, update

from app.domain.catalog import Voucher
from app.domain.orders import CancelOrder, Order, OrderChange, OrderState, PlaceOrder
from app.store.catalog import next_revision
from app.store.tables import order_lines, orders, products, vouchers


class StockConflict(Exception):
    """The shelf, or the order, is not as it was thought to be."""


def apply_order_change(connection: Connection, change: OrderChange) -> None:
    """Do what *change* says, or raise `StockConflict`: the caller then rolls back."""
    revision = next_revision(connection)
    match change:
        case PlaceOrder(order, voucher):
            _take_stock(connection, order, revision)
            if voucher is not None:
                _spend(connection, voucher)
            _add(connection, order, revision)
        case CancelOrder(order):
            _cancel(connection, order, revision)
            _bring_back(connection, order, revision)
        case _:
            assert_never(change)


def _take_stock(connection: Connection, order: Order, revision: int) -> None:
    """Take the last one once, and at the price that the shopper was told."""
    taken = (
        update(products)
        .where(
            products.c.sku == bindparam("wanted"),
            products.c.sold,
            products.c.price == bindparam("told"),
            products.c.stock >= bindparam("qty"),
        )
        .values(stock=products.c.stock - bindparam("qty"), moved=revision)
    )
    rows = [
        {"wanted": line.sku, "told": line.price, "qty": line.qty} for line in sorted(order.lines)
    ]
    if connection.execute(taken, rows).rowcount != len(rows):
        raise StockConflict


def _spend(connection: Connection, voucher: Voucher) -> None:
    """Use *voucher* once, if it still gives what the shopper was told."""
    told = (
        vouchers.c.code == voucher.code,
        vouchers.c.percent == voucher.percent,
        vouchers.c.amount == voucher.amount,
        vouchers.c.minimum == voucher.minimum,
        or_(vouchers.c.uses_left.is_(None), vouchers.c.uses_left > 0),
    )
    if not _add_uses(connection, -1, *told):
        raise StockConflict


def _cancel(connection: Connection, order: Order, revision: int) -> None:
    """Cancel *order* if it is in the state that it had, so that this happens once."""
    cancelled = update(orders).where(
        orders.c.number == order.number,
        orders.c.account == order.account,
        orders.c.state == order.state,
    )
    values = {"state": OrderState.CANCELLED, "moved": revision}
    if connection.execute(cancelled.values(values)).rowcount != 1:
        raise StockConflict


def _bring_back(connection: Connection, order: Order, revision: int) -> None:
    brought = (
        update(products)
        .where(products.c.sku == bindparam("bought"))
        .values(stock=products.c.stock + bindparam("qty"), moved=revision)
    )
    rows = [{"bought": line.sku, "qty": line.qty} for line in sorted(order.lines)]
    connection.execute(brought, rows)
    if order.voucher:
        _add_uses(connection, 1, vouchers.c.code == order.voucher)


def _add_uses(connection: Connection, uses: int, *where: ColumnElement[bool]) -> bool:
    """Count uses that are left; of a voucher without a limit there is nothing to count."""
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
