"""The rules for placing and cancelling an order (protocol.md §7)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from app.domain.addresses import Address
from app.domain.cart import Cart, Lines, Patch, advance
from app.domain.catalog import Catalog, Money, Product, VoucherCode
from app.domain.orders import (
    CancelOrder,
    Order,
    OrderKey,
    OrderLine,
    OrderNumber,
    OrderState,
    Pay,
    PlaceOrder,
)
from app.domain.position import position
from app.domain.totals import LineState, Totals, line_state, price_cart
from app.domain.vouchers import ShownVoucher, VoucherState


class OrderRequest(NamedTuple):
    """A request to order the cart at position `at` for `total`; the order will get `number`."""

    key: OrderKey
    number: OrderNumber
    at: str
    total: Money
    deliver: Address
    pay: Pay


class RejectReason(StrEnum):
    """Why an order was not placed."""

    STALE = "stale"
    EMPTY = "empty"
    PRICE_RISE = "price_rise"
    SHORT = "short"
    SOLD_OUT = "sold_out"
    GONE = "gone"


class Rejected(NamedTuple):
    """No order: `products` names what stands in the way; position and total are today's."""

    why: RejectReason
    products: tuple[str, ...]
    at: str
    total: Money


class Placed(NamedTuple):
    """The emptied cart, the patch that empties it, and what is to be saved along with it."""

    cart: Cart
    patch: Patch
    change: PlaceOrder


class Cancelled(NamedTuple):
    """The cart, which may use its voucher again, and what is to be saved along with it."""

    cart: Cart
    change: CancelOrder


_BLOCKING: Final[Mapping[LineState, RejectReason]] = {
    LineState.PRICE_RISE: RejectReason.PRICE_RISE,
    LineState.SHORT: RejectReason.SHORT,
    LineState.SOLD_OUT: RejectReason.SOLD_OUT,
    LineState.GONE: RejectReason.GONE,
}
"""The states of a line that block an order, in the order in which they are looked for."""


def place(cart: Cart, request: OrderRequest, catalog: Catalog, now_s: float) -> Placed | Rejected:
    """Rule on an order; lines, note and voucher leave the cart as one revision.

    The shop charges today's prices, and never more than was agreed: a price rise blocks the
    order. The undo stack is cleared.
    """
    voucher, totals = price_cart(cart, catalog, now_s)
    if refused := _refusal(cart, request, totals, catalog):
        return refused
    spent = _used_voucher(voucher)
    order = _order(cart, request, totals, spent, catalog, int(now_s))
    patch = _emptying_patch(cart)
    used = {**cart.used, spent: cart.used.get(spent, 0) + 1} if spent else cart.used
    emptied = advance(cart, patch)._replace(undo_stack=(), used=used)
    return Placed(emptied, patch, PlaceOrder(order, catalog.vouchers.get(spent)))


def cancel(cart: Cart, order: Order) -> Cancelled:
    """Rule on the cancellation of *order*, which must belong to *cart*'s account."""
    uses = {code: n - (code == order.voucher) for code, n in cart.used.items()}
    return Cancelled(
        cart._replace(used={code: n for code, n in uses.items() if n > 0}), CancelOrder(order)
    )


def _refusal(
    cart: Cart, request: OrderRequest, totals: Totals, catalog: Catalog
) -> Rejected | None:
    at, total = position(cart), totals.total
    if (request.at, request.total) != (at, total):
        return Rejected(RejectReason.STALE, (), at, total)
    if not cart.lines:
        return Rejected(RejectReason.EMPTY, (), at, total)
    for state, why in _BLOCKING.items():
        if names := _names(cart.lines, state, catalog):
            return Rejected(why, names, at, total)
    return None


def _names(lines: Lines, state: LineState, catalog: Catalog) -> tuple[str, ...]:
    priced = ((line, catalog.products[sku]) for sku, line in lines.items())
    return tuple(product.name for line, product in priced if line_state(line, product) is state)


def _used_voucher(voucher: ShownVoucher | None) -> VoucherCode:
    """Return the voucher that the order uses, or the empty one if it does not count."""
    if voucher is None or voucher.state is not VoucherState.OK:
        return VoucherCode("")
    return voucher.code


def _emptying_patch(cart: Cart) -> Patch:
    return Patch(
        cart.rev + 1,
        dict.fromkeys(cart.lines),
        note="" if cart.note else None,
        voucher=VoucherCode("") if cart.voucher else None,
    )


def _order(  # noqa: PLR0913, PLR0917 - all of it is in the order
    cart: Cart,
    request: OrderRequest,
    totals: Totals,
    spent: VoucherCode,
    catalog: Catalog,
    now_s: int,
) -> Order:
    return Order(
        request.number,
        cart.account,
        request.key,
        OrderState.PLACED,
        now_s,
        _order_lines(cart.lines, catalog),
        totals,
        request.deliver,
        request.pay,
        cart.note,
        spent,
    )


def _order_lines(lines: Lines, catalog: Catalog) -> tuple[OrderLine, ...]:
    in_order = sorted(lines.items(), key=lambda each: each[1].pos)
    return tuple(_order_line(catalog.products[sku], line.qty) for sku, line in in_order)


def _order_line(product: Product, qty: int) -> OrderLine:
    return OrderLine(product.sku, product.name, product.unit, qty, product.price)
