"""Lines at today's price and stock, and the totals of a cart (protocol.md §4, `snapshot`)."""

from collections import Counter
from collections.abc import Container, Mapping
from enum import StrEnum

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.cart import Cart, Line, LineChanges, Lines
from app.domain.catalog import EXACT_STOCK, Catalog, Money, Product, Sku, TaxRate
from app.domain.holds import HoldState, held_by_others, hold_state, is_limited
from app.domain.promotions import deal_of, line_off
from app.domain.taxes import sum_of_tax, taxes_of
from app.domain.vouchers import ShownVoucher, discount, show_voucher

FREE = Money(0)


class LineState(StrEnum):
    """Whether a line can be ordered, and if not, why; the last that holds applies."""

    OK = "ok"
    PRICE_RISE = "price_rise"
    SHORT = "short"
    SOLD_OUT = "sold_out"
    GONE = "gone"


class ShownLine(Struct, frozen=True, gc=False):
    """A line as a tab shows it; `by` is the member of the household who put it there.

    `hold` says whether its units are held, and `others` how many more others hold than `stock`.
    Both are unset where nothing can be held. It is `limited` if an account may hold no more.
    `deal` says which promotion its product has, and `off` what that takes off the line; both are
    unset where there is none.
    """

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
    category: str = ""
    hold: HoldState | UnsetType = UNSET
    others: int | UnsetType = UNSET
    limited: bool | UnsetType = UNSET
    by: AccountId | UnsetType = UNSET
    deal: str | UnsetType = UNSET
    off: Money | UnsetType = UNSET


class Totals(Struct, frozen=True, gc=False):
    """What a cart costs, in minor units of its currency; `count` is the number of items.

    `discount` is what promotions and the voucher take off the subtotal.
    `tax` is what is added to the prices, in a shop where they do not include it.
    """

    count: int
    subtotal: Money
    discount: Money
    delivery: Money
    total: Money
    currency: str
    tax: Money | UnsetType = UNSET


class ShownCart(Struct, frozen=True, gc=False):
    """A cart as a tab shows it, lines in order of `pos`; without `suggested` if nothing is."""

    lines: tuple[ShownLine, ...]
    saved: tuple[ShownLine, ...]
    note: str
    voucher: ShownVoucher | None
    totals: Totals
    suggested: tuple[ShownLine, ...] | UnsetType = UNSET


class Sums(Struct, frozen=True, gc=False):
    """How many items of a cart can be had, what they cost, and what promotions take off that."""

    count: int = 0
    cost: int = 0
    off: int = 0


def show_line(line: Line, product: Product, others: int = 0) -> ShownLine:
    """Return *line* with today's price and stock of its *product*, as shoppers see it.

    *others* are the units of it that are held for others.
    """
    available = product.stock - others if product.sold else 0
    is_fine = available >= line.qty and product.price <= line.agreed
    return ShownLine(
        product.sku,
        line.pos,
        line.qty,
        line.agreed,
        product.price,
        available if available <= EXACT_STOCK else None,
        LineState.OK if is_fine else line_state(line, product, others),
        product.name,
        product.unit,
        product.slug,
        product.image,
        product.category,
    )


def show_held_line(cart: Cart, line: Line, product: Product, catalog: Catalog) -> ShownLine:
    """Return *line* of *cart*, whose *product* can be held, with what is held of it."""
    others = held_by_others(cart.account, product.sku, catalog)
    held = hold_state(cart.account, product.sku, line.qty, catalog)
    could_be = product.sold and held in {HoldState.NONE, HoldState.PART}
    limited = could_be and is_limited(cart, product.sku, line.qty, catalog)
    shown = show_line(line, product, min(others, max(0, product.stock)))
    others = others if product.sold else 0
    return replace(shown, hold=held or UNSET, others=others, limited=limited or UNSET)


def sum_up(lines: Lines, catalog: Catalog) -> Sums:
    """Return the sums of *lines* at today's prices."""
    return moved_sums(Sums(), {}, lines, catalog)


def moved_sums(sums: Sums, before: Lines, changes: LineChanges, catalog: Catalog) -> Sums:
    """Return *sums*, which are those of the lines *before*, after *changes* at the same prices."""
    count, cost, off = sums.count, sums.cost, sums.off
    promotions = catalog.promotions
    for sku, line in changes.items():
        product = catalog.products[sku]
        if product.sold and product.stock > 0:
            held = before.get(sku)
            now, was = line.qty if line else 0, held.qty if held else 0
            count += now - was
            cost += (now - was) * product.price
            if sku in promotions:
                off += line_off(product, now, catalog) - line_off(product, was, catalog)
    return Sums(count, cost, off)


def price_cart(
    cart: Cart, catalog: Catalog, now_s: float, sums: Sums | None = None
) -> tuple[ShownVoucher | None, Totals]:
    """Return the voucher of *cart*, and the totals with it, at today's prices.

    *sums* are those of its lines, where they are known.
    """
    sums = sums or sum_up(cart.lines, catalog)
    subtotal, off, voucher = Money(sums.cost), Money(sums.off), None
    if cart.voucher:
        voucher = show_voucher(cart, catalog, subtotal, now_s)
        off = Money(off + discount(voucher, catalog, Money(subtotal - off)))
    terms = catalog.terms
    free_from = terms.free_delivery_from
    is_free = sums.count == 0 or (free_from is not None and subtotal >= free_from)
    delivery = FREE if is_free else terms.delivery_fee
    tax = (
        UNSET
        if terms.prices_include_tax
        else added_tax(cart.lines, catalog, Money(off - sums.off), delivery)
    )
    total = Money(subtotal - off + delivery + (tax or 0))
    return voucher, Totals(sums.count, subtotal, off, delivery, total, terms.currency.code, tax)


def added_tax(lines: Lines, catalog: Catalog, off: Money, delivery: Money) -> Money | UnsetType:
    """Return the tax that is added to what *lines* cost, with a voucher's discount of *off*.

    Unset if that is nothing.
    """
    goods = Counter[TaxRate]()
    for sku, line in lines.items():
        product = catalog.products[sku]
        if product.available > 0:
            goods[product.tax] += product.price * line.qty - line_off(product, line.qty, catalog)
    return sum_of_tax(taxes_of(goods, off, delivery, is_included=False)) or UNSET


def show_cart(cart: Cart, catalog: Catalog, now_s: float) -> ShownCart:
    """Return *cart* as a tab shows it, at today's prices and stock."""
    lines = _sorted(show_lines(cart, cart.lines, catalog, catalog.holders, catalog.promotions))
    saved = _sorted(show_lines(cart, cart.saved, catalog))
    suggested = _sorted(show_lines(cart, cart.suggested, catalog)) or UNSET
    voucher, totals = price_cart(cart, catalog, now_s)
    return ShownCart(lines, saved, cart.note, voucher, totals, suggested)


def show_lines(
    cart: Cart,
    lines: Lines,
    catalog: Catalog,
    held: Container[Sku] = (),
    promoted: Container[Sku] = (),
) -> dict[Sku, ShownLine]:
    """Return *lines* of *cart* as a tab shows them, each with who put it there.

    Units can be held of the products in *held*, and those that are *promoted* may cost less.
    """
    shown: dict[Sku, ShownLine] = {}
    for sku, line in lines.items():
        product = catalog.products[sku]
        if sku in held:
            shown[sku] = show_held_line(cart, line, product, catalog)
        else:
            shown[sku] = show_line(line, product)
        if sku in promoted:
            shown[sku] = with_deal(shown[sku], product, catalog)
        if author := cart.authors.get(line.pos):
            shown[sku] = replace(shown[sku], by=author)
    return shown


def with_deal(shown: ShownLine, product: Product, catalog: Catalog) -> ShownLine:
    """Return *shown*, a line in the cart, with what the promotion of its *product* takes off."""
    deal = deal_of(product, shown.qty, catalog)
    if deal is None or product.available <= 0:
        return shown
    return replace(shown, deal=deal.promotion.label, off=deal.off or UNSET)


def _sorted(lines: Mapping[Sku, ShownLine]) -> tuple[ShownLine, ...]:
    return tuple(sorted(lines.values(), key=lambda line: line.pos))


def line_state(line: Line, product: Product, others: int = 0) -> LineState:
    """Return whether *line* can be ordered today, when *others* of its product are held."""
    if not product.sold:
        return LineState.GONE
    if product.stock <= 0:
        return LineState.SOLD_OUT
    if product.stock - others < line.qty:
        return LineState.SHORT
    return LineState.PRICE_RISE if product.price > line.agreed else LineState.OK
