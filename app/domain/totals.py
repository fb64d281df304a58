"""Lines at today's price and stock, and the totals of a cart (protocol.md §4, `snapshot`)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from app.domain.cart import Cart, Line
from app.domain.catalog import CURRENCY, Catalog, Money, Product, Sku, public_stock
from app.domain.vouchers import ShownVoucher, discount, show_voucher

DELIVERY = Money(350)
FREE = Money(0)
FREE_DELIVERY_FROM = Money(4000)


class LineState(StrEnum):
    """Whether a line can be ordered, and if not, why; the last that holds applies."""

    OK = "ok"
    PRICE_RISE = "price_rise"
    SHORT = "short"
    SOLD_OUT = "sold_out"
    GONE = "gone"


class ShownLine(NamedTuple):
    """A line as a tab shows it."""

    sku: Sku
    pos: int
    qty: int
    agreed: Money
    price: Money
    stock: int | None
    state: LineState
    name: str
    unit: str
    slug: str
    image: str


@dataclass(frozen=True, slots=True)
class Totals:
    """What a cart costs, in minor units; `count` is the number of items."""

    count: int
    subtotal: Money
    discount: Money
    delivery: Money
    total: Money
    currency: str = CURRENCY


class ShownCart(NamedTuple):
    """A cart as a tab shows it, lines in order of `pos`."""

    lines: tuple[ShownLine, ...]
    saved: tuple[ShownLine, ...]
    note: str
    voucher: ShownVoucher | None
    totals: Totals


def show_line(line: Line, product: Product) -> ShownLine:
    """Return *line* with today's price and stock of its *product*."""
    return ShownLine(
        product.sku,
        line.pos,
        line.qty,
        line.agreed,
        product.price,
        public_stock(product.available),
        line_state(line, product),
        product.name,
        product.unit,
        product.slug,
        product.image,
    )


def price_cart(cart: Cart, catalog: Catalog, now_s: float) -> tuple[ShownVoucher | None, Totals]:
    """Return the voucher of *cart*, and the totals with it, at today's prices."""
    count = cost = 0
    for sku, line in cart.lines.items():
        product = catalog.products[sku]
        if product.sold and product.stock > 0:
            count += line.qty
            cost += line.qty * product.price
    subtotal = Money(cost)
    voucher = show_voucher(cart, catalog, subtotal, now_s)
    off = discount(voucher, catalog, subtotal)
    delivery = FREE if count == 0 or subtotal >= FREE_DELIVERY_FROM else DELIVERY
    return voucher, Totals(count, subtotal, off, delivery, Money(subtotal - off + delivery))


def show_cart(cart: Cart, catalog: Catalog, now_s: float) -> ShownCart:
    """Return *cart* as a tab shows it, at today's prices and stock."""
    lines = _sorted_lines(cart.lines.items(), catalog)
    saved = _sorted_lines(cart.saved.items(), catalog)
    voucher, totals = price_cart(cart, catalog, now_s)
    return ShownCart(lines, saved, cart.note, voucher, totals)


def _sorted_lines(lines: Iterable[tuple[Sku, Line]], catalog: Catalog) -> tuple[ShownLine, ...]:
    shown = (show_line(line, catalog.products[sku]) for sku, line in lines)
    return tuple(sorted(shown, key=lambda line: line.pos))


def line_state(line: Line, product: Product) -> LineState:
    """Return whether *line* can be ordered today."""
    if not product.sold:
        return LineState.GONE
    if product.stock <= 0:
        return LineState.SOLD_OUT
    if product.stock < line.qty:
        return LineState.SHORT
    return LineState.PRICE_RISE if product.price > line.agreed else LineState.OK
