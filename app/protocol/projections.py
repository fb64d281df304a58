"""How what happened becomes what tabs are told (protocol.md §4)."""

from app.domain.cart import Cart, LineChanges, Lines, Patch
from app.domain.catalog import Catalog, Sku
from app.domain.position import position
from app.domain.totals import ShownLine, Totals, price_cart, show_cart, show_line
from app.domain.vouchers import ShownVoucher
from app.protocol.messages import UNTOUCHED, By, Item, PatchMessage, Prices, ShownChanges, Snapshot


def snapshot_message(cart: Cart, catalog: Catalog, now_s: float) -> Snapshot:
    """Tell the whole of *cart*."""
    return Snapshot(position(cart), cart.rev, show_cart(cart, catalog, now_s))


def patch_message(  # noqa: PLR0913, PLR0917 - all of it is told of
    cart: Cart,
    patch: Patch,
    by: By,
    told: ShownVoucher | None,
    catalog: Catalog,
    now_s: float,
    owed: frozenset[Sku] = frozenset(),
) -> PatchMessage:
    """Tell that *patch* made *cart*; *told* is how the tabs know its voucher.

    Lines of the products that are *owed* come along, so that the totals follow from what is shown.
    """
    voucher, totals = price_cart(cart, catalog, now_s)
    return PatchMessage(
        prev=patch.rev - 1,
        rev=patch.rev,
        at=position(cart),
        by=by,
        lines=_changes({**_those(cart.lines, owed), **patch.lines}, catalog),
        saved=_changes(patch.saved, catalog),
        note=patch.note,
        voucher=UNTOUCHED if voucher == told else voucher,
        totals=totals,
    )


def all_prices_message(cart: Cart, catalog: Catalog, now_s: float) -> Prices:
    """Tell how everything in *cart* stands today, to a tab that has the rest."""
    voucher, totals = price_cart(cart, catalog, now_s)
    return Prices((), _lines(cart.lines, catalog), _lines(cart.saved, catalog), voucher, totals)


def moved_prices_message(
    cart: Cart,
    moved: frozenset[Sku],
    told: ShownVoucher | None,
    catalog: Catalog,
    now_s: float,
) -> Prices | None:
    """Tell what it means for *cart* that products *moved*; `None` if it means nothing.

    What is saved for later costs nothing, so that it is told without totals.
    """
    lines = _lines(_those(cart.lines, moved), catalog)
    saved = _lines(_those(cart.saved, moved), catalog)
    voucher, totals = price_cart(cart, catalog, now_s)
    if voucher != told:
        return Prices((), lines, saved, voucher, totals)
    if lines:
        return Prices((), lines, saved, totals=totals)
    return Prices((), saved=saved) if saved else None


def voucher_message(
    cart: Cart, owed: frozenset[Sku], voucher: ShownVoucher | None, totals: Totals, catalog: Catalog
) -> Prices:
    """Tell that the voucher stands otherwise than before: its time has come, or gone.

    Lines of the products that are *owed* come along, so that the totals follow from what is shown.
    """
    return Prices((), _lines(_those(cart.lines, owed), catalog), {}, voucher, totals)


def with_items(prices: Prices | None, items: tuple[Item, ...]) -> Prices:
    """Return *prices* with what a tab watches beside its cart."""
    return Prices(items) if prices is None else prices._replace(items=items)


def _those(lines: Lines, skus: frozenset[Sku]) -> Lines:
    """Return the lines of *skus*, in their order; mostly there are none to look for."""
    return {sku: line for sku, line in lines.items() if sku in skus} if skus else {}


def _lines(lines: Lines, catalog: Catalog) -> dict[Sku, ShownLine]:
    return {sku: show_line(line, catalog.products[sku]) for sku, line in lines.items()}


def _changes(changes: LineChanges, catalog: Catalog) -> ShownChanges:
    return {
        sku: None if line is None else show_line(line, catalog.products[sku])
        for sku, line in changes.items()
    }
