"""How what happened becomes what tabs are told (protocol.md §4)."""

from app.domain.ops import AddLine, Kind, Op, SaveLine, SetLine, SetNote, SetVoucher
from app.domain.position import position
from app.domain.shelf import Shelf, Sku
from app.domain.totals import price_cart, view
from app.domain.vouchers import ShownVoucher, VoucherState
from app.protocol.messages import UNTOUCHED, By, Changed, Item, Prices, Snapshot, TabId
from app.protocol.projections import (
    tell_all_prices,
    tell_change,
    tell_moved_prices,
    tell_snapshot,
    tell_voucher,
    with_items,
)
from tests.examples import (
    APPLES,
    EGGS,
    FIVER,
    HERE,
    MILK,
    NOON,
    SHELF,
    after,
    ruling_on,
    shelf_with,
)

ADA_HERE = By(TabId("tab"), HERE, 1, Kind.ADD_LINE)
CART = after(AddLine(APPLES, 9), AddLine(MILK, 2), SaveLine(MILK), SetVoucher(FIVER))
NOT_ENOUGH = ShownVoucher(FIVER, "£5 off from £20", VoucherState.BELOW_MINIMUM)
ENOUGH = NOT_ENOUGH._replace(state=VoucherState.OK)


def changed(op: Op, told: ShownVoucher | None = NOT_ENOUGH, shelf: Shelf = SHELF) -> Changed:
    """Return what the tabs of a cart are told of *op*."""
    ruling = ruling_on(op, CART, shelf)
    assert ruling.patch
    return tell_change(ruling.cart, ruling.patch, ADA_HERE, told, shelf, NOON)


def moved(
    *skus: Sku, shelf: Shelf = SHELF, told: ShownVoucher | None = NOT_ENOUGH
) -> Prices | None:
    """Return what the tabs of a cart are told when products have moved."""
    return tell_moved_prices(CART, frozenset(skus), told, shelf, NOON)


def test_a_snapshot_is_the_whole_cart_with_its_position_and_revision() -> None:
    assert tell_snapshot(CART, SHELF, NOON) == Snapshot(position(CART), 4, view(CART, SHELF, NOON))


def test_a_change_is_told_in_whole_lines_with_where_it_leads_and_who_asked() -> None:
    ruling = ruling_on(SaveLine(APPLES), CART)
    told = changed(SaveLine(APPLES))

    assert (told.prev, told.rev, told.at) == (4, 5, position(ruling.cart))
    assert told.by == ADA_HERE
    assert told.lines == {APPLES: None}
    assert told.saved == {APPLES: view(ruling.cart, SHELF, NOON).saved[-1]}
    assert told.totals == view(ruling.cart, SHELF, NOON).totals
    assert (told.note, told.voucher) == (None, UNTOUCHED)


def test_a_note_is_told_where_it_changed() -> None:
    assert changed(SetNote("Ring twice")).note == "Ring twice"


def test_a_voucher_is_told_when_it_was_put_on_or_taken_off_or_stands_otherwise() -> None:
    assert changed(AddLine(APPLES, 1)).voucher == ENOUGH
    assert changed(SetVoucher(None)).voucher is None
    assert changed(SetNote("Hello"), told=None).voucher == NOT_ENOUGH


def test_a_voucher_that_stands_as_told_is_not_told_again() -> None:
    assert changed(AddLine(APPLES, 1), told=ENOUGH).voucher is UNTOUCHED
    assert changed(SetLine(APPLES, 1)).voucher is UNTOUCHED


def test_all_prices_are_those_of_every_line_saved_or_not() -> None:
    shelf = shelf_with(APPLES, price=240)
    shown = view(CART, shelf, NOON)

    assert tell_all_prices(CART, shelf, NOON) == Prices(
        items=(),
        lines={APPLES: shown.lines[0]},
        saved={MILK: shown.saved[0]},
        voucher=ENOUGH,
        totals=shown.totals,
    )


def test_a_product_that_moved_is_told_as_the_line_that_it_makes() -> None:
    dearer = shelf_with(APPLES, price=221)
    shown = view(CART, dearer, NOON)

    prices = moved(APPLES, EGGS, shelf=dearer)

    assert prices == Prices((), {APPLES: shown.lines[0]}, {}, UNTOUCHED, shown.totals)


def test_a_saved_product_that_moved_is_told_as_a_saved_line_without_totals() -> None:
    dearer = shelf_with(MILK, price=160)

    prices = moved(MILK, shelf=dearer)

    assert prices == Prices((), {}, {MILK: view(CART, dearer, NOON).saved[0]})


def test_a_price_that_makes_a_voucher_count_tells_the_voucher_too() -> None:
    prices = moved(APPLES, shelf=shelf_with(APPLES, price=240))

    assert prices
    assert prices.voucher == ENOUGH


def test_a_voucher_that_the_shop_withdrew_is_told_with_whatever_moved() -> None:
    prices = moved(EGGS, shelf=SHELF._replace(vouchers={}))

    assert prices
    assert (prices.lines, prices.saved) == ({}, {})
    assert prices.voucher == ShownVoucher(FIVER, FIVER, VoucherState.EXPIRED)


def test_a_product_that_is_in_no_line_means_nothing_to_a_cart() -> None:
    assert moved(EGGS, shelf=shelf_with(EGGS, price=1)) is None


def test_a_voucher_whose_time_has_come_is_told_with_the_totals_and_no_lines() -> None:
    voucher, totals = price_cart(CART, SHELF, NOON)

    assert (voucher, totals) == (NOT_ENOUGH, view(CART, SHELF, NOON).totals)
    told = tell_voucher(CART, frozenset(), voucher, totals, SHELF)
    assert told == Prices((), {}, {}, NOT_ENOUGH, totals)


def test_whatever_is_told_with_totals_brings_the_lines_that_are_owed() -> None:
    dearer = shelf_with(APPLES, price=221)
    ruling, owed = ruling_on(SetNote("Hello"), CART, dearer), frozenset({APPLES, EGGS})
    assert ruling.patch
    shown = view(CART, dearer, NOON)

    change = tell_change(ruling.cart, ruling.patch, ADA_HERE, NOT_ENOUGH, dearer, NOON, owed)
    voucher = tell_voucher(CART, owed, NOT_ENOUGH, shown.totals, dearer)

    assert change.lines == voucher.lines == {APPLES: shown.lines[0]}


def test_a_line_that_is_owed_and_taken_out_is_told_as_taken_out() -> None:
    ruling = ruling_on(SaveLine(APPLES), CART)
    assert ruling.patch

    change = tell_change(
        ruling.cart, ruling.patch, ADA_HERE, NOT_ENOUGH, SHELF, NOON, frozenset({APPLES})
    )

    assert change.lines == {APPLES: None}


def test_what_a_tab_watches_is_told_along_with_its_cart_or_alone() -> None:
    items = (Item(EGGS, SHELF.products[EGGS].price, 0),)
    prices = tell_all_prices(CART, SHELF, NOON)

    assert with_items(prices, items) == prices._replace(items=items)
    assert with_items(None, items) == Prices(items, {}, {}, UNTOUCHED, None)
