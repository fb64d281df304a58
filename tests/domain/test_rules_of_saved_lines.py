"""Saving for later, and back (protocol.md §3)."""

from typing import Any

import pytest

from app.domain.cart import Line, Patch
from app.domain.catalog import Money, Sku
from app.domain.ops import AddLine, DiscardLine, SaveLine, SetLine, Undo, UnsaveLine
from app.domain.totals import LineState, show_cart
from app.domain.verdicts import Code, Ok
from tests.domain.large_carts import ALL_SAVED, CROWDED_CATALOG, FULL, ONE_MORE, THINGS
from tests.examples import (
    APPLES,
    CIDER,
    GHOST,
    MILK,
    NOON,
    after,
    catalog_with,
    granted,
    refused,
    ruling_on,
)

BOTH = after(AddLine(APPLES, 3), AddLine(MILK, 4))
MILK_SAVED = after(SaveLine(MILK), cart=BOTH)


def test_a_saved_line_leaves_the_cart_and_gets_a_new_place() -> None:
    ruling = ruling_on(SaveLine(APPLES), BOTH)

    assert ruling.verdict == Ok(3, rev=3)
    assert ruling.patch == Patch(3, {APPLES: None}, {APPLES: Line(3, 3, Money(220))})
    assert (list(ruling.cart.lines), list(ruling.cart.saved)) == ([MILK], [APPLES])


def test_a_line_that_is_moved_back_goes_to_the_end_of_the_cart() -> None:
    ruling = ruling_on(UnsaveLine(MILK), MILK_SAVED)

    assert ruling.verdict == Ok(4, rev=4)
    assert ruling.patch == Patch(4, {MILK: Line(4, 4, Money(145))}, {MILK: None})
    assert (set(ruling.cart.lines), set(ruling.cart.saved)) == ({APPLES, MILK}, set())


@pytest.mark.parametrize(("before", "now"), [(145, 160), (160, 145)], ids=["a rise", "a fall"])
def test_merged_lines_keep_the_older_place_and_the_lower_agreed_price(
    before: int, now: int
) -> None:
    old, new = catalog_with(MILK, price=before), catalog_with(MILK, price=now)
    apart = after(AddLine(MILK, 1), SaveLine(MILK), catalog=old)
    apart = after(AddLine(MILK, 2), cart=apart, catalog=new)

    joined_in_cart = granted(UnsaveLine(MILK), apart, new)
    joined_in_saved = granted(SaveLine(MILK), apart, new)

    assert (joined_in_cart.lines, joined_in_cart.saved) == ({MILK: Line(3, 3, Money(145))}, {})
    assert (joined_in_saved.lines, joined_in_saved.saved) == ({}, {MILK: Line(2, 3, Money(145))})


@pytest.mark.parametrize(
    "changes",
    [{"sold": False}, {"stock": 0}, {"stock": 1}, {"price": 999}],
    ids=["gone", "sold out", "short", "dearer"],
)
def test_a_line_can_be_saved_whatever_its_stock(changes: dict[str, Any]) -> None:
    saved = granted(SaveLine(MILK), BOTH, catalog_with(MILK, **changes)).saved

    assert saved == {MILK: Line(3, 4, Money(145))}


def test_moving_back_does_not_clamp_so_that_the_line_is_short() -> None:
    scarce = catalog_with(MILK, stock=1)

    cart = granted(UnsaveLine(MILK), MILK_SAVED, scarce)

    assert cart.lines[MILK].qty == 4
    assert show_cart(cart, scarce, NOON).lines[-1].state is LineState.SHORT


def test_a_discontinued_product_can_be_moved_back_and_removed() -> None:
    without = catalog_with(MILK, sold=False)

    back = granted(UnsaveLine(MILK), MILK_SAVED, without)

    assert show_cart(back, without, NOON).lines[-1].state is LineState.GONE
    assert MILK not in granted(SetLine(MILK, 0), back, without).lines


@pytest.mark.parametrize(
    ("sku", "code"),
    [(APPLES, Code.NOT_IN_CART), (CIDER, Code.NOT_IN_CART), (GHOST, Code.UNKNOWN_SKU)],
)
def test_a_line_that_is_not_saved_cannot_be_moved_back(sku: Sku, code: Code) -> None:
    assert refused(UnsaveLine(sku), MILK_SAVED) is code


@pytest.mark.parametrize(
    ("sku", "code"),
    [(MILK, Code.NOT_IN_CART), (CIDER, Code.NOT_IN_CART), (GHOST, Code.UNKNOWN_SKU)],
)
def test_a_line_that_is_not_in_the_cart_cannot_be_saved(sku: Sku, code: Code) -> None:
    assert refused(SaveLine(sku), MILK_SAVED) is code


def test_merged_lines_may_have_99_units_and_no_more() -> None:
    apart = after(AddLine(APPLES, 50), SaveLine(APPLES), AddLine(APPLES, 50))
    almost = after(SetLine(APPLES, 49), cart=apart)

    assert refused(SaveLine(APPLES), apart) is Code.QTY_LIMIT
    assert refused(UnsaveLine(APPLES), apart) is Code.QTY_LIMIT
    assert granted(SaveLine(APPLES), almost).saved[APPLES].qty == 99
    assert granted(UnsaveLine(APPLES), almost).lines[APPLES].qty == 99


def test_a_hundred_lines_can_be_saved_and_no_more() -> None:
    one_more = after(AddLine(ONE_MORE, 1), cart=ALL_SAVED, catalog=CROWDED_CATALOG)
    known = after(AddLine(THINGS[5], 1), cart=ALL_SAVED, catalog=CROWDED_CATALOG)

    assert len(ALL_SAVED.saved) == 100
    assert refused(SaveLine(ONE_MORE), one_more, CROWDED_CATALOG) is Code.LINE_LIMIT
    assert granted(SaveLine(THINGS[5]), known, CROWDED_CATALOG).saved[THINGS[5]].qty == 2


def test_a_line_is_moved_back_into_a_full_cart_only_if_it_merges() -> None:
    one_saved = after(SaveLine(THINGS[0]), AddLine(ONE_MORE, 1), cart=FULL, catalog=CROWDED_CATALOG)
    known = after(
        SetLine(ONE_MORE, 0), AddLine(THINGS[0], 1), cart=one_saved, catalog=CROWDED_CATALOG
    )

    assert refused(UnsaveLine(THINGS[0]), one_saved, CROWDED_CATALOG) is Code.LINE_LIMIT
    assert granted(UnsaveLine(THINGS[0]), known, CROWDED_CATALOG).lines[THINGS[0]].qty == 2


def test_a_saved_line_is_removed_and_the_line_in_the_cart_stays_and_undo_brings_it_back() -> None:
    both = after(AddLine(MILK, 1), cart=MILK_SAVED)

    ruling = ruling_on(DiscardLine(MILK), both)
    undone = granted(Undo(), ruling.cart)

    assert ruling.patch == Patch(5, saved={MILK: None})
    assert (ruling.cart.lines, ruling.cart.saved) == (both.lines, {})
    assert undone.saved == both.saved


def test_removing_a_saved_line_that_is_not_there_changes_nothing() -> None:
    assert ruling_on(DiscardLine(MILK), BOTH).patch is None
    assert refused(DiscardLine(GHOST), BOTH) is Code.UNKNOWN_SKU


def test_a_saved_line_that_is_no_longer_sold_can_be_removed() -> None:
    saved = after(AddLine(MILK, 1), SaveLine(MILK))

    assert granted(DiscardLine(MILK), saved, catalog_with(MILK, sold=False)).saved == {}
