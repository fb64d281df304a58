"""Inventory: an order takes stock and uses a voucher; a cancelled one gives both back.

Each statement has the condition under which it may run, so no two orders get the last item. What
is held for a shopper is taken by no order but theirs.
"""

from typing import assert_never

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, or_, select, update

from app.domain.catalog import Voucher
from app.domain.orders import CancelOrder, Order, OrderChange, OrderState, PlaceOrder
from app.domain.payments import payment_of
from app.domain.stock import MovementKind
from app.store.cart_rows import StaleCart
from app.store.catalog import increment_revision
from app.store.holds import units_of
from app.store.invoices import credit_all, issue_invoice
from app.store.living_accounts import hold_account
from app.store.mails import write_state_mail
from app.store.movements import Movement, write_movements
from app.store.payments import add_payment
from app.store.promotions import all_go_on
from app.store.tables import holds, order_lines, orders, products, vouchers
from app.store.waitlist import serve_waitlists
from app.store.wakes import Woken, wake


class StockConflict(Exception):
    """Stock, price, voucher, promotion or order state differ from what the ruling was based on."""


def apply_order_change(connection: Connection, change: OrderChange, now_s: int) -> None:
    """Apply *change* and have it told by mail.

    Raises `StockConflict`, `StaleCart` or `AccountRemoved`, upon which the caller rolls back.

    The revision comes first: orders wait there for each other, so what is checked stays true.
    """
    revision = increment_revision(connection)
    match change:
        case PlaceOrder(order, voucher, page, promotions):
            hold_account(connection, order.account)
            _check_key(connection, order)
            if not all_go_on(connection, promotions, now_s):
                raise StockConflict
            _take_stock(connection, order, revision)
            _write_movements(connection, order, MovementKind.ORDERED, revision, now_s)
            if voucher is not None:
                _use_voucher(connection, voucher)
            _add(connection, order, revision)
            if order.state is OrderState.PLACED:
                issue_invoice(connection, order, now_s)
            if page is not None:
                add_payment(connection, payment_of(order, page))
            write_state_mail(connection, order, order.state, now_s)
        case CancelOrder(order):
            _cancel(connection, order, revision)
            _give_back(connection, order, revision)
            _write_movements(connection, order, MovementKind.CANCELLED, revision, now_s)
            credit_all(connection, order.number, now_s)
            wake(connection, Woken.PAYMENTS)
            if order.state is not OrderState.AWAITING_PAYMENT:  # of which no mail has told
                write_state_mail(connection, order, OrderState.CANCELLED, now_s)
        case _:
            assert_never(change)
    serve_waitlists(connection, revision, now_s)


def _check_key(connection: Connection, order: Order) -> None:
    """Raise `StaleCart` if the order was placed already: by another server, over a newer cart."""
    known = orders.c.account == order.account, orders.c.key == order.key
    if connection.execute(select(orders.c.number).where(*known)).first():
        raise StaleCart


def _take_stock(connection: Connection, order: Order, revision: int) -> None:
    """Take stock if there is enough of it, at the price that the shopper saw.

    What the shopper holds of it becomes free with that.
    """
    own = units_of(order.account)
    taken = (
        update(products)
        .where(
            products.c.sku == bindparam("wanted"),
            products.c.sold,
            products.c.price == bindparam("seen_price"),
            products.c.stock - products.c.on_hold + own >= bindparam("qty"),
        )
        .values(
            stock=products.c.stock - bindparam("qty"),
            on_hold=products.c.on_hold - own,
            moved=revision,
        )
    )
    rows = [
        {"wanted": line.sku, "seen_price": line.price, "qty": line.qty}
        for line in sorted(order.lines)
    ]
    if connection.execute(taken, rows).rowcount != len(rows):
        raise StockConflict
    sold = holds.c.sku.in_([line.sku for line in order.lines])
    connection.execute(delete(holds).where(holds.c.account == order.account, sold))


def _use_voucher(connection: Connection, voucher: Voucher) -> None:
    """Use *voucher* once, if it still gives what the shopper saw."""
    unchanged = (
        vouchers.c.code == voucher.code,
        vouchers.c.percent == voucher.percent,
        vouchers.c.amount == voucher.amount,
        vouchers.c.minimum == voucher.minimum,
        ~vouchers.c.paused,
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


def _write_movements(
    connection: Connection, order: Order, kind: MovementKind, revision: int, now_s: int
) -> None:
    sign = -1 if kind is MovementKind.ORDERED else 1
    moved = [
        Movement(line.sku, kind, sign * line.qty, now_s, order=order.number)
        for line in sorted(order.lines)
    ]
    write_movements(connection, revision, moved)


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
            taxes=order.taxes,
            zone=order.zone,
            language=order.language,
            member_of=order.member_of,
        )
    )
    rows = [
        {"order": order.number, "place": place, **line._asdict()}
        for place, line in enumerate(order.lines)
    ]
    connection.execute(insert(order_lines), rows)
