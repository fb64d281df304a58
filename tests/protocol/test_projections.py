"""Messages made of a cart, its patches and the catalogue (protocol.md §4)."""

from app.domain.catalog import Catalog, Sku
from app.domain.ops import AddLine, Kind, Op, SaveLine, SetLine, SetNote, SetVoucher
from app.domain.position import position
from app.domain.totals import price_cart, show_cart
from app.domain.vouchers import ShownVoucher, VoucherState
from app.protocol.messages import UNTOUCHED, By, Item, PatchMessage, Prices, Snapshot, TabId
from app.protocol.projections import (
    all_prices_message,
    moved_prices_message,
    patch_message,
    snapshot_message,
    voucher_message,
    with_items,
)
from tests.examples import (
    APPLES,
    CATALOG,
    EGGS,
    FIVER,
    HERE,
    MILK,
    NOON,
    after,
    catalog_with,
    ruling_on,
)

ADA_HERE = By(TabId("tab"), HERE, 1, Kind.ADD_LINE)
CART = after(AddLine(APPLES, 9), AddLine(MILK, 2), SaveLine(MILK), SetVoucher(FIVER))
NOT_ENOUGH = ShownVoucher(FIVER, "£5 off from £20", VoucherState.BELOW_MINIMUM)
ENOUGH = NOT_ENOUGH._replace(state=VoucherState.OK)


def changed(
    op: Op, sent: ShownVoucher | None = NOT_ENOUGH, catalog: Catalog = CATALOG
) -> PatchMessage:
    """Return the patch message for *op*."""
    ruling = ruling_on(op, CART, catalog)
    assert ruling.patch
    return patch_message(ruling.cart, ruling.patch, ADA_HERE, sent, catalog, NOON)


def moved(
    *skus: Sku, catalog: Catalog = CATALOG, sent: ShownVoucher | None = NOT_ENOUGH
) -> Prices | None:
    """Return the prices message for products that changed."""
    return moved_prices_message(CART, frozenset(skus), sent, catalog, NOON)


def test_a_snapshot_is_the_whole_cart_with_its_position_and_revision() -> None:
    assert snapshot_message(CART, CATALOG, NOON) == Snapshot(
        position(CART), 4, show_cart(CART, CATALOG, NOON)
    )


def test_a_patch_has_whole_lines_its_position_and_the_op_that_made_it() -> None:
    ruling = ruling_on(SaveLine(APPLES), CART)
    sent = changed(SaveLine(APPLES))

    assert (sent.prev, sent.rev, sent.at) == (4, 5, position(ruling.cart))
    assert sent.by == ADA_HERE
    assert sent.lines == {APPLES: None}
    assert sent.saved == {APPLES: show_cart(ruling.cart, CATALOG, NOON).saved[-1]}
    assert sent.totals == show_cart(ruling.cart, CATALOG, NOON).totals
    assert (sent.note, sent.voucher) == (None, UNTOUCHED)


def test_a_changed_note_is_in_the_patch() -> None:
    assert changed(SetNote("Ring twice")).note == "Ring twice"


def test_a_patch_has_the_voucher_if_it_was_set_removed_or_changed_its_state() -> None:
    assert changed(AddLine(APPLES, 1)).voucher == ENOUGH
    assert changed(SetVoucher(None)).voucher is None
    assert changed(SetNote("Hello"), sent=None).voucher == NOT_ENOUGH


def test_an_unchanged_voucher_is_omitted() -> None:
    assert changed(AddLine(APPLES, 1), sent=ENOUGH).voucher is UNTOUCHED
    assert changed(SetLine(APPLES, 1)).voucher is UNTOUCHED


def test_a_full_prices_message_has_every_line_including_saved_ones() -> None:
    catalog = catalog_with(APPLES, price=240)
    shown = show_cart(CART, catalog, NOON)

    assert all_prices_message(CART, catalog, NOON) == Prices(
        items=(),
        lines={APPLES: shown.lines[0]},
        saved={MILK: shown.saved[0]},
        voucher=ENOUGH,
        totals=shown.totals,
    )


def test_a_changed_product_is_sent_with_its_line() -> None:
    dearer = catalog_with(APPLES, price=221)
    shown = show_cart(CART, dearer, NOON)

    prices = moved(APPLES, EGGS, catalog=dearer)

    assert prices == Prices((), {APPLES: shown.lines[0]}, {}, UNTOUCHED, shown.totals)


def test_a_changed_product_in_a_saved_line_is_sent_without_totals() -> None:
    dearer = catalog_with(MILK, price=160)

    prices = moved(MILK, catalog=dearer)

    assert prices == Prices((), {}, {MILK: show_cart(CART, dearer, NOON).saved[0]})


def test_a_price_that_makes_a_voucher_apply_is_sent_with_the_voucher() -> None:
    prices = moved(APPLES, catalog=catalog_with(APPLES, price=240))

    assert prices
    assert prices.voucher == ENOUGH


def test_a_withdrawn_voucher_is_sent_with_any_change() -> None:
    prices = moved(EGGS, catalog=CATALOG._replace(vouchers={}))

    assert prices
    assert (prices.lines, prices.saved) == ({}, {})
    assert prices.voucher == ShownVoucher(FIVER, FIVER, VoucherState.EXPIRED)


def test_a_changed_product_in_no_line_sends_nothing() -> None:
    assert moved(EGGS, catalog=catalog_with(EGGS, price=1)) is None


def test_a_voucher_that_starts_is_sent_with_totals_and_without_lines() -> None:
    voucher, totals = price_cart(CART, CATALOG, NOON)

    assert (voucher, totals) == (NOT_ENOUGH, show_cart(CART, CATALOG, NOON).totals)
    sent = voucher_message(CART, frozenset(), voucher, totals, CATALOG)
    assert sent == Prices((), {}, {}, NOT_ENOUGH, totals)


def test_a_message_with_totals_includes_the_pending_lines() -> None:
    dearer = catalog_with(APPLES, price=221)
    ruling, pending = ruling_on(SetNote("Hello"), CART, dearer), frozenset({APPLES, EGGS})
    assert ruling.patch
    shown = show_cart(CART, dearer, NOON)

    change = patch_message(ruling.cart, ruling.patch, ADA_HERE, NOT_ENOUGH, dearer, NOON, pending)
    voucher = voucher_message(CART, pending, NOT_ENOUGH, shown.totals, dearer)

    assert change.lines == voucher.lines == {APPLES: shown.lines[0]}


def test_a_pending_line_that_was_removed_is_sent_as_removed() -> None:
    ruling = ruling_on(SaveLine(APPLES), CART)
    assert ruling.patch

    change = patch_message(
        ruling.cart, ruling.patch, ADA_HERE, NOT_ENOUGH, CATALOG, NOON, frozenset({APPLES})
    )

    assert change.lines == {APPLES: None}


def test_watched_products_are_sent_with_the_cart_or_alone() -> None:
    items = (Item(EGGS, CATALOG.products[EGGS].price, 0),)
    prices = all_prices_message(CART, CATALOG, NOON)

    assert with_items(prices, items) == prices._replace(items=items)
    assert with_items(None, items) == Prices(items, {}, {}, UNTOUCHED, None)
