"""Messages made of a cart, its patches and the catalogue (protocol.md §4)."""

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.cart import merge
from app.domain.catalog import Catalog, HoldRule, Sku
from app.domain.holds import HoldState
from app.domain.ops import AddLine, Kind, Op, SaveLine, SetLine, SetNote, SetVoucher
from app.domain.position import position
from app.domain.totals import price_cart, show_cart
from app.domain.vouchers import ShownVoucher, VoucherState
from app.protocol.messages import By, Item, PatchMessage, Prices, Snapshot, TabId
from app.protocol.projections import (
    all_prices_message,
    for_helper,
    moved_prices_message,
    patch_message,
    snapshot_message,
    voucher_message,
    with_items,
    without_saved,
)
from tests.examples import (
    APPLES,
    CATALOG,
    EGGS,
    EMPTY,
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
ENOUGH = replace(NOT_ENOUGH, state=VoucherState.OK)


def changed(
    op: Op,
    voucher: ShownVoucher | UnsetType | None = UNSET,
    catalog: Catalog = CATALOG,
    pending: frozenset[Sku] = frozenset(),
) -> PatchMessage:
    """Return the patch message for *op*."""
    ruling = ruling_on(op, CART, catalog)
    assert ruling.patch
    totals = show_cart(ruling.cart, catalog, NOON).totals
    by = (ADA_HERE,)
    return patch_message(ruling.cart, ruling.patch, by, voucher, totals, catalog, pending)


def moved(
    *skus: Sku, catalog: Catalog = CATALOG, sent: ShownVoucher | None = NOT_ENOUGH
) -> Prices | None:
    """Return the prices message for products that changed."""
    return moved_prices_message(CART, frozenset(skus), sent, catalog, NOON)


def test_a_snapshot_is_the_whole_cart_with_its_position_and_revision() -> None:
    assert snapshot_message(CART, CATALOG, NOON) == Snapshot(
        position(CART), 4, show_cart(CART, CATALOG, NOON)
    )


def test_nothing_that_is_saved_is_in_what_is_told_to_those_who_may_not_see_it() -> None:
    snapshot = snapshot_message(CART, CATALOG, NOON)
    prices = all_prices_message(CART, CATALOG, NOON)
    patch = changed(SaveLine(APPLES))
    unsaved = changed(SetNote("Ring twice"))

    assert without_saved(snapshot) == replace(snapshot, cart=replace(snapshot.cart, saved=()))
    assert without_saved(prices) == replace(prices, saved=UNSET)
    assert without_saved(patch) == replace(patch, saved=UNSET)
    assert without_saved(unsaved) is unsaved
    assert snapshot.cart.saved
    assert patch.saved is not UNSET


def test_who_helps_is_told_neither_the_note_nor_what_is_saved() -> None:
    noted = snapshot_message(after(SetNote("Ring twice"), cart=CART), CATALOG, NOON)
    prices, patch = all_prices_message(CART, CATALOG, NOON), changed(SetNote("Ring once"))

    assert (noted.cart.note, patch.note) == ("Ring twice", "Ring once")
    assert for_helper(noted) == replace(noted, cart=replace(noted.cart, note="", saved=()))
    assert for_helper(patch) == replace(patch, note=UNSET)
    assert for_helper(prices) == without_saved(prices)


def test_a_patch_has_whole_lines_its_position_and_the_op_that_made_it() -> None:
    ruling = ruling_on(SaveLine(APPLES), CART)
    sent = changed(SaveLine(APPLES))

    assert (sent.prev, sent.rev, sent.at) == (4, 5, position(ruling.cart))
    assert sent.by == (ADA_HERE,)
    assert sent.lines == {APPLES: None}
    assert sent.saved == {APPLES: show_cart(ruling.cart, CATALOG, NOON).saved[-1]}
    assert sent.totals == show_cart(ruling.cart, CATALOG, NOON).totals
    assert (sent.note, sent.voucher) == (UNSET, UNSET)


def test_a_patch_and_prices_say_what_of_a_line_is_held() -> None:
    holders = {MILK: {EMPTY.account: 2, AccountId("u-bob"): 1}}
    catalog = catalog_with(MILK, hold=HoldRule.ALWAYS, on_hold=3)._replace(holders=holders)
    ruling = ruling_on(AddLine(MILK, 2), catalog=catalog)
    assert ruling.patch

    _, totals = price_cart(ruling.cart, catalog, NOON)
    patch = patch_message(ruling.cart, ruling.patch, (ADA_HERE,), UNSET, totals, catalog)
    prices = all_prices_message(ruling.cart, catalog, NOON)

    for lines in (patch.lines, prices.lines):
        line = lines[MILK] if lines else None
        assert line
        assert (line.hold, line.others, line.stock) == (HoldState.HELD, 1, 4)


def test_a_changed_note_is_in_the_patch() -> None:
    assert changed(SetNote("Ring twice")).note == "Ring twice"


def test_saved_lines_and_a_note_that_stay_are_not_in_the_patch() -> None:
    sent = changed(SetLine(APPLES, 1))

    assert (sent.saved, sent.note) == (UNSET, UNSET)


def test_a_patch_has_the_voucher_that_it_is_given() -> None:
    assert changed(AddLine(APPLES, 1), ENOUGH).voucher == ENOUGH
    assert changed(SetVoucher(None), None).voucher is None
    assert changed(SetLine(APPLES, 1)).voucher is UNSET


def test_a_patch_of_a_commit_leads_past_all_its_revisions() -> None:
    first = ruling_on(SetLine(APPLES, 1), CART)
    second = ruling_on(SaveLine(APPLES), first.cart)
    assert first.patch
    assert second.patch
    by = (ADA_HERE, replace(ADA_HERE, n=2, kind=Kind.SAVE_LINE))
    shown = show_cart(second.cart, CATALOG, NOON)

    sent = patch_message(
        second.cart, merge([first.patch, second.patch]), by, UNSET, shown.totals, CATALOG
    )

    assert (sent.prev, sent.rev, sent.at) == (4, 6, position(second.cart))
    assert sent.by == by
    assert (sent.lines, sent.saved) == ({APPLES: None}, {APPLES: shown.saved[-1]})
    assert sent.totals == shown.totals


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

    assert prices == Prices((), {APPLES: shown.lines[0]}, totals=shown.totals)


def test_a_changed_product_in_a_saved_line_is_sent_without_totals() -> None:
    dearer = catalog_with(MILK, price=160)

    prices = moved(MILK, catalog=dearer)

    assert prices == Prices((), saved={MILK: show_cart(CART, dearer, NOON).saved[0]})


def test_a_price_that_makes_a_voucher_apply_is_sent_with_the_voucher() -> None:
    prices = moved(APPLES, catalog=catalog_with(APPLES, price=240))

    assert prices
    assert prices.voucher == ENOUGH


def test_a_withdrawn_voucher_is_sent_with_any_change() -> None:
    prices = moved(EGGS, catalog=CATALOG._replace(vouchers={}))

    assert prices
    assert (prices.lines, prices.saved) == (UNSET, UNSET)
    assert prices.voucher == ShownVoucher(FIVER, FIVER, VoucherState.EXPIRED)


def test_a_changed_product_in_no_line_sends_nothing() -> None:
    assert moved(EGGS, catalog=catalog_with(EGGS, price=1)) is None


def test_a_voucher_that_starts_is_sent_with_totals_and_without_lines() -> None:
    voucher, totals = price_cart(CART, CATALOG, NOON)

    assert (voucher, totals) == (NOT_ENOUGH, show_cart(CART, CATALOG, NOON).totals)
    sent = voucher_message(CART, frozenset(), voucher, totals, CATALOG)
    assert sent == Prices((), voucher=NOT_ENOUGH, totals=totals)


def test_a_message_with_totals_includes_the_pending_lines() -> None:
    dearer = catalog_with(APPLES, price=221)
    pending, shown = frozenset({APPLES, EGGS}), show_cart(CART, dearer, NOON)

    change = changed(SetNote("Hello"), catalog=dearer, pending=pending)
    voucher = voucher_message(CART, pending, NOT_ENOUGH, shown.totals, dearer)

    assert change.lines == voucher.lines == {APPLES: shown.lines[0]}


def test_a_pending_line_that_was_removed_is_sent_as_removed() -> None:
    change = changed(SaveLine(APPLES), pending=frozenset({APPLES}))

    assert change.lines == {APPLES: None}


def test_watched_products_are_sent_with_the_cart_or_alone() -> None:
    items = (Item(EGGS, CATALOG.products[EGGS].price, 0),)
    prices = all_prices_message(CART, CATALOG, NOON)

    assert with_items(prices, items) == replace(prices, items=items)
    assert with_items(None, items) == Prices(items)
