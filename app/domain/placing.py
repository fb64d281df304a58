"""The rules for placing and cancelling an order (protocol.md §7)."""

from collections import Counter
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.addresses import Address
from app.domain.cart import NOT_ASKED, Cart, Lines, Patch, advance
from app.domain.catalog import (
    NO_TAX,
    NOTHING,
    Catalog,
    Money,
    Product,
    PromotionId,
    TaxRate,
    VoucherCode,
)
from app.domain.holds import held_by_others
from app.domain.languages import ENGLISH, Language
from app.domain.members import OWNER
from app.domain.orders import (
    CancelOrder,
    HostedPage,
    Order,
    OrderKey,
    OrderLine,
    OrderNumber,
    OrderState,
    Pay,
    PlaceOrder,
)
from app.domain.position import position
from app.domain.promotions import deal_of
from app.domain.sharing import may_order
from app.domain.taxes import Taxes, taxes_of
from app.domain.told_orders import with_order
from app.domain.totals import LineState, Totals, line_state, price_cart
from app.domain.vouchers import ShownVoucher, VoucherState


class OrderRequest(NamedTuple):
    """A request to order the cart at position `at` for `total`; the order will get `number`.

    `page` is where it is to be paid, if it is paid by card. It is placed in `language`. `by` is the
    member of the household who orders, and whose order it is then.
    """

    key: OrderKey
    number: OrderNumber
    at: str
    total: Money
    deliver: Address
    pay: Pay
    page: HostedPage | None = None
    language: Language | None = None
    by: AccountId = OWNER


class RejectReason(StrEnum):
    """Why an order was not placed."""

    STALE = "stale"
    EMPTY = "empty"
    PRICE_RISE = "price_rise"
    SHORT = "short"
    SOLD_OUT = "sold_out"
    GONE = "gone"
    BELOW_MINIMUM = "below_minimum"
    NOT_ALLOWED = "not_allowed"


class Rejected(NamedTuple):
    """No order: `products` stand in the way, or `missing` to the minimum of an order.

    Position and total are today's.
    """

    why: RejectReason
    products: tuple[Product, ...]
    at: str
    total: Money
    missing: Money = NOTHING


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
    order. The undo stack is cleared. What the cart holds is sold by the order. The others of a
    household are told of it.
    """
    voucher, totals = price_cart(cart, catalog, now_s)
    if refused := _refusal(cart, request, totals, catalog):
        return refused
    spent = _used_voucher(voucher)
    order = _order(cart, request, totals, spent, catalog, int(now_s))
    patch = _emptying_patch(cart)
    used = {**cart.used, spent: cart.used.get(spent, 0) + 1} if spent else cart.used
    told = cart.household and with_order(cart.household, request.by, int(now_s), patch.rev)
    emptied = replace(
        advance(cart, patch, undo_stack=()), used=used, asked=NOT_ASKED, household=told
    )
    change = PlaceOrder(
        order, catalog.vouchers.get(spent), request.page, _promotions(cart.lines, catalog)
    )
    return Placed(emptied, patch, change)


def cancel(cart: Cart, order: Order) -> Cancelled:
    """Rule on the cancellation of *order*, which must have been made of *cart*."""
    uses = {code: n - (code == order.voucher) for code, n in cart.used.items()}
    left = {code: n for code, n in uses.items() if n > 0}
    return Cancelled(replace(cart, used=left), CancelOrder(order))


def _refusal(
    cart: Cart, request: OrderRequest, totals: Totals, catalog: Catalog
) -> Rejected | None:
    at, total = position(cart), totals.total
    if request.by and not may_order(cart.household, request.by):
        return Rejected(RejectReason.NOT_ALLOWED, (), at, total)
    if (request.at, request.total) != (at, total):
        return Rejected(RejectReason.STALE, (), at, total)
    if not cart.lines:
        return Rejected(RejectReason.EMPTY, (), at, total)
    for state, why in _BLOCKING.items():
        if blocking := _in_state(cart, state, catalog):
            return Rejected(why, blocking, at, total)
    if (missing := catalog.terms.minimum_order - totals.subtotal) > 0:
        return Rejected(RejectReason.BELOW_MINIMUM, (), at, total, Money(missing))
    return None


def _in_state(cart: Cart, state: LineState, catalog: Catalog) -> tuple[Product, ...]:
    return tuple(
        catalog.products[sku]
        for sku, line in cart.lines.items()
        if line_state(line, catalog.products[sku], held_by_others(cart.account, sku, catalog))
        is state
    )


def _used_voucher(voucher: ShownVoucher | None) -> VoucherCode:
    """Return the voucher that the order uses, or the empty one if it does not count."""
    if voucher is None or voucher.state is not VoucherState.OK:
        return VoucherCode("")
    return voucher.code


def _promotions(lines: Lines, catalog: Catalog) -> frozenset[PromotionId]:
    """Return the promotions that take something off *lines*."""
    deals = (deal_of(catalog.products[sku], line.qty, catalog) for sku, line in lines.items())
    return frozenset(deal.promotion.id for deal in deals if deal and deal.off)


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
    lines = _order_lines(cart.lines, catalog, request.language or ENGLISH)
    return Order(
        request.number,
        request.by or cart.account,
        request.key,
        OrderState.AWAITING_PAYMENT if request.page else OrderState.PLACED,
        now_s,
        lines,
        totals,
        request.deliver,
        request.pay,
        cart.note.strip(),
        spent,
        _taxes(lines, totals, catalog),
        catalog.terms.zone,
        request.language,
        cart.account if request.by else OWNER,
    )


def _taxes(lines: Collection[OrderLine], totals: Totals, catalog: Catalog) -> Taxes:
    goods = Counter[TaxRate]()
    for line in lines:
        goods[line.tax_rate or NO_TAX] += line.cost
    is_included = catalog.terms.prices_include_tax
    by_voucher = totals.discount - sum(line.off for line in lines)
    return taxes_of(goods, by_voucher, totals.delivery, is_included=is_included)


def _order_lines(lines: Lines, catalog: Catalog, language: Language) -> tuple[OrderLine, ...]:
    in_order = sorted(lines.items(), key=lambda each: each[1].pos)
    return tuple(
        _order_line(catalog.products[sku], line.qty, catalog, language) for sku, line in in_order
    )


def _order_line(product: Product, qty: int, catalog: Catalog, language: Language) -> OrderLine:
    line = OrderLine(product.sku, product.name, product.unit, qty, product.price, product.tax)
    deal = deal_of(product, qty, catalog)
    if deal is None or not deal.off:
        return line
    return line._replace(off=deal.off, deal=deal.promotion.text(language))
