"""Messages about a cart, made of the cart, its patches and the catalogue (protocol.md §4)."""

from app.domain.cart import Cart, LineChanges, Lines, Patch
from app.domain.catalog import Catalog, Sku
from app.domain.position import position
from app.domain.totals import ShownLine, Totals, price_cart, show_cart, show_line
from app.domain.vouchers import ShownVoucher
from app.protocol.messages import UNTOUCHED, By, Item, PatchMessage, Prices, ShownChanges, Snapshot


def snapshot_message(cart: Cart, catalog: Catalog, now_s: float) -> Snapshot:
    """Return the message that has the whole of *cart*."""
    return Snapshot(position(cart), cart.rev, show_cart(cart, catalog, now_s))


def patch_message(  # noqa: PLR0913, PLR0917 - all of it is in the message
    cart: Cart,
    patch: Patch,
    by: By,
    known_voucher: ShownVoucher | None,
    catalog: Catalog,
    now_s: float,
    pending: frozenset[Sku] = frozenset(),
) -> PatchMessage:
    """Return the message that *patch* made *cart*; tabs have the voucher as *known_voucher*.

    Lines of *pending* products come along, so that the totals follow from what tabs show.
    """
    voucher, totals = price_cart(cart, catalog, now_s)
    return PatchMessage(
        prev=patch.rev - 1,
        rev=patch.rev,
        at=position(cart),
        by=by,
        lines=_changes({**_only(cart.lines, pending), **patch.lines}, catalog),
        saved=_changes(patch.saved, catalog),
        note=patch.note,
        voucher=UNTOUCHED if voucher == known_voucher else voucher,
        totals=totals,
    )


def all_prices_message(cart: Cart, catalog: Catalog, now_s: float) -> Prices:
    """Return today's prices and stock of all of *cart*, for a tab that has the rest."""
    voucher, totals = price_cart(cart, catalog, now_s)
    return Prices((), _lines(cart.lines, catalog), _lines(cart.saved, catalog), voucher, totals)


def moved_prices_message(
    cart: Cart,
    moved: frozenset[Sku],
    known_voucher: ShownVoucher | None,
    catalog: Catalog,
    now_s: float,
) -> Prices | None:
    """Return what changes in *cart* because products *moved*; `None` if nothing does.

    Saved lines cost nothing, so if only they change there are no totals.
    """
    lines = _lines(_only(cart.lines, moved), catalog)
    saved = _lines(_only(cart.saved, moved), catalog)
    voucher, totals = price_cart(cart, catalog, now_s)
    if voucher != known_voucher:
        return Prices((), lines, saved, voucher, totals)
    if lines:
        return Prices((), lines, saved, totals=totals)
    return Prices((), saved=saved) if saved else None


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
    return Prices((), _lines(_only(cart.lines, pending), catalog), {}, voucher, totals)


def with_items(prices: Prices | None, items: tuple[Item, ...]) -> Prices:
    """Return *prices* with the *items* that a tab watches."""
    return Prices(items) if prices is None else prices._replace(items=items)


def _only(lines: Lines, skus: frozenset[Sku]) -> Lines:
    """Return the lines of *skus*, in their order; usually *skus* is empty."""
    return {sku: line for sku, line in lines.items() if sku in skus} if skus else {}


def _lines(lines: Lines, catalog: Catalog) -> dict[Sku, ShownLine]:
    return {sku: show_line(line, catalog.products[sku]) for sku, line in lines.items()}


def _changes(changes: LineChanges, catalog: Catalog) -> ShownChanges:
    return {
        sku: None if line is None else show_line(line, catalog.products[sku])
        for sku, line in changes.items()
    }
