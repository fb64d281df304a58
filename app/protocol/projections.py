"""Messages about a cart, made of the cart, its patches and the catalogue (protocol.md §4)."""

from collections.abc import Container
from typing import NamedTuple, TypeVar

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from app.domain.cart import Cart, LineChanges, Lines, Patch
from app.domain.catalog import Catalog, Sku
from app.domain.position import position
from app.domain.totals import (
    ShownLine,
    Totals,
    price_cart,
    show_cart,
    show_held_line,
    show_line,
    show_lines,
    with_deal,
)
from app.domain.vouchers import ShownVoucher
from app.protocol.messages import By, Item, PatchMessage, Prices, ShownChanges, Snapshot


def snapshot_message(cart: Cart, catalog: Catalog, now_s: float) -> Snapshot:
    """Return the message that has the whole of *cart*."""
    return Snapshot(position(cart), cart.rev, show_cart(cart, catalog, now_s))


def patch_message(  # noqa: PLR0913, PLR0917 - all of it is in the message
    cart: Cart,
    patch: Patch,
    by: tuple[By, ...],
    voucher: ShownVoucher | UnsetType | None,
    totals: Totals,
    catalog: Catalog,
    pending: frozenset[Sku] = frozenset(),
) -> PatchMessage:
    """Return the message that *patch* made *cart*, which costs *totals*; *voucher* if it changed.

    Lines of *pending* products come along, so that the totals follow from what tabs show.
    """
    changes = {**_only(cart.lines, pending), **patch.lines} if pending else patch.lines
    return PatchMessage(
        patch.rev - patch.revs,
        patch.rev,
        position(cart),
        by,
        _changes(cart, changes, catalog, catalog.holders, catalog.promotions),
        totals,
        _changes(cart, patch.saved, catalog) if patch.saved else UNSET,
        UNSET if patch.note is None else patch.note,
        voucher,
        _changes(cart, patch.suggested, catalog) if patch.suggested else UNSET,
    )


def all_prices_message(cart: Cart, catalog: Catalog, now_s: float) -> Prices:
    """Return today's prices and stock of all of *cart*, for a tab that has the rest."""
    voucher, totals = price_cart(cart, catalog, now_s)
    shown = _shown(cart, catalog, cart.lines, cart.saved, cart.suggested)
    return Prices((), shown.lines, shown.saved, voucher, totals, shown.suggested)


def moved_prices_message(
    cart: Cart,
    moved: frozenset[Sku],
    known_voucher: ShownVoucher | None,
    catalog: Catalog,
    now_s: float,
) -> Prices | None:
    """Return what changes in *cart* because products *moved*; `None` if nothing does.

    Lines that are saved or suggested cost nothing: if only they change, there are no totals.
    """
    held = (_only(lines, moved) for lines in (cart.lines, cart.saved, cart.suggested))
    lines, saved, suggested = _shown(cart, catalog, *held)
    voucher, totals = price_cart(cart, catalog, now_s)
    if voucher != known_voucher:
        return Prices((), lines, saved, voucher, totals, suggested)
    if lines:
        return Prices((), lines, saved, totals=totals, suggested=suggested)
    return Prices((), saved=saved, suggested=suggested) if saved or suggested else None


def voucher_message(
    cart: Cart,
    pending: frozenset[Sku],
    voucher: ShownVoucher | None,
    totals: Totals,
    catalog: Catalog,
) -> Prices:
    """Return the message that the state of the voucher has changed, and the totals with it.

    Lines of *pending* products come along, so that the totals follow from what tabs show.
    """
    known = catalog.holders, catalog.promotions
    lines = show_lines(cart, _only(cart.lines, pending), catalog, *known)
    return Prices((), lines or UNSET, UNSET, voucher, totals)


def with_items(prices: Prices | None, items: tuple[Item, ...]) -> Prices:
    """Return *prices* with the *items* that a tab watches."""
    return Prices(items) if prices is None else replace(prices, items=items)


T = TypeVar("T", bound=Snapshot | PatchMessage | Prices)


def without_saved(message: T) -> T:
    """Return *message* for those who may not see what is saved for later."""
    if isinstance(message, Snapshot):
        return replace(message, cart=replace(message.cart, saved=()))
    return message if message.saved is UNSET else replace(message, saved=UNSET)


def for_helper(message: T) -> T:
    """Return *message* for who of staff helps: without the note, and what is saved for later."""
    shown = without_saved(message)
    if isinstance(shown, Snapshot):
        return replace(shown, cart=replace(shown.cart, note=""))
    return replace(shown, note=UNSET) if isinstance(shown, PatchMessage) else shown


def _only(lines: Lines, skus: frozenset[Sku]) -> Lines:
    """Return the lines of *skus*, in their order; usually *skus* is empty."""
    return {sku: line for sku, line in lines.items() if sku in skus} if skus else {}


ShownLines = dict[Sku, ShownLine] | UnsetType


class _Shown(NamedTuple):
    """The lists of a cart as tabs show them, unset where there are no lines."""

    lines: ShownLines
    saved: ShownLines
    suggested: ShownLines


def _shown(cart: Cart, catalog: Catalog, lines: Lines, saved: Lines, suggested: Lines) -> _Shown:
    """Return these of the lines of *cart* as tabs show them."""
    return _Shown(
        show_lines(cart, lines, catalog, catalog.holders, catalog.promotions) or UNSET,
        show_lines(cart, saved, catalog) or UNSET,
        show_lines(cart, suggested, catalog) or UNSET,
    )


def _changes(
    cart: Cart,
    changes: LineChanges,
    catalog: Catalog,
    held: Container[Sku] = (),
    promoted: Container[Sku] = (),
) -> ShownChanges:
    shown: dict[Sku, ShownLine | None] = {}
    authors = cart.authors
    for sku, line in changes.items():
        if line is None:
            shown[sku] = None
            continue
        product = catalog.products[sku]
        if sku in held:
            made = show_held_line(cart, line, product, catalog)
        else:
            made = show_line(line, product)
        if sku in promoted:
            made = with_deal(made, product, catalog)
        author = authors.get(line.pos)
        shown[sku] = replace(made, by=author) if author else made
    return shown
