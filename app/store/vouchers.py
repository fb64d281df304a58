"""Vouchers as staff see to them: added, paused, and what became of them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from app.domain.catalog import Money, Voucher, VoucherCode
from app.domain.orders import OrderState
from app.store.catalog import increment_revision, voucher_of
from app.store.tables import order_lines, orders, vouchers


class VoucherUse(NamedTuple):
    """A voucher, the orders that used it but for cancelled ones, and what it took off them."""

    voucher: Voucher
    orders: int
    discount: Money


def add_voucher(connection: Connection, voucher: Voucher) -> bool:
    """Add *voucher*; return False if its code is taken."""
    same_code = select(vouchers.c.code).where(vouchers.c.code == voucher.code)
    if connection.execute(same_code).one_or_none():
        return False
    connection.execute(insert(vouchers).values(asdict(voucher)))
    increment_revision(connection)
    return True


def pause_voucher(connection: Connection, code: VoucherCode) -> bool:
    """Have the voucher *code* apply no longer; return False if there is none that does."""
    return _set_paused(connection, code, to=True)


def resume_voucher(connection: Connection, code: VoucherCode) -> bool:
    """Have the paused voucher *code* apply again; return False if there is none."""
    return _set_paused(connection, code, to=False)


def list_vouchers(connection: Connection, currency: str) -> Sequence[VoucherUse]:
    """Return all vouchers by code, each with its use in orders of *currency*."""
    promoted = (
        select(order_lines.c.order, func.sum(order_lines.c.off).label("off"))
        .join(orders, orders.c.number == order_lines.c.order)
        .where(orders.c.voucher != "", order_lines.c.off > 0)
        .group_by(order_lines.c.order)
        .subquery()
    )
    used = (
        select(
            orders.c.voucher,
            func.count().label("orders"),
            func.sum(orders.c.discount - func.coalesce(promoted.c.off, 0)).label("off"),
        )
        .outerjoin(promoted, promoted.c.order == orders.c.number)
        .where(
            orders.c.voucher != "",
            orders.c.discount > 0,
            orders.c.state != OrderState.CANCELLED,
            orders.c.currency == currency,
        )
        .group_by(orders.c.voucher)
        .subquery()
    )
    query = (
        select(vouchers, used.c.orders, used.c.off)
        .outerjoin(used, used.c.voucher == vouchers.c.code)
        .order_by(vouchers.c.code)
    )
    return [
        VoucherUse(voucher_of(row), row.orders or 0, Money(int(row.off or 0)))
        for row in connection.execute(query)
    ]


def _set_paused(connection: Connection, code: VoucherCode, *, to: bool) -> bool:
    one = update(vouchers).where(vouchers.c.code == code, vouchers.c.paused != to)
    if connection.execute(one.values(paused=to)).rowcount != 1:
        return False
    increment_revision(connection)
    return True
