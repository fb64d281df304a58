"""The sums of a cart's lines, and how a patch moves them on."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.cart import Line, advance, merge
from app.domain.catalog import Money
from app.domain.ops import AddLine, SetVoucher
from app.domain.totals import Sums, moved_sums, price_cart, sum_up
from tests.domain.op_examples import CATALOGS, DAYS, STARTS, Day, OpSequence, some_sequence
from tests.examples import APPLES, CATALOG, CIDER, EGGS, MILK, NOON, TENTH, after, catalog_with

ONE, TWO, THREE = (Line(pos, pos, Money(220)) for pos in (1, 2, 3))


def test_only_products_that_can_be_had_are_summed_up() -> None:
    lines = {APPLES: THREE, MILK: TWO, EGGS: ONE, CIDER: ONE}

    assert sum_up(lines, CATALOG) == Sums(5, 3 * 220 + 2 * 145)
    assert sum_up({}, CATALOG) == Sums(0, 0)


def test_sums_move_with_lines_that_are_new_changed_or_removed() -> None:
    before = {APPLES: ONE, MILK: TWO}
    sums = sum_up(before, CATALOG)

    assert moved_sums(sums, before, {}, CATALOG) == sums == Sums(3, 510)
    assert moved_sums(sums, before, {APPLES: THREE}, CATALOG) == Sums(5, 950)
    assert moved_sums(Sums(2, 290), {MILK: TWO}, {APPLES: ONE}, CATALOG) == sums
    assert moved_sums(sums, before, {MILK: None, EGGS: None}, CATALOG) == Sums(1, 220)


def test_a_line_of_a_product_that_cannot_be_had_moves_no_sums() -> None:
    lines = {APPLES: ONE, CIDER: TWO}

    assert moved_sums(Sums(1, 220), lines, {CIDER: THREE, EGGS: ONE}, CATALOG) == Sums(1, 220)
    assert moved_sums(Sums(1, 220), lines, {CIDER: None}, CATALOG) == Sums(1, 220)


def test_a_cart_is_priced_by_its_sums_where_they_are_known() -> None:
    cart = after(AddLine(APPLES, 3), SetVoucher(TENTH))
    sums = sum_up(cart.lines, CATALOG)

    assert price_cart(cart, CATALOG, NOON, sums) == price_cart(cart, CATALOG, NOON)
    _, totals = price_cart(cart, CATALOG, NOON, Sums(1, 1000))
    assert (totals.count, totals.subtotal, totals.discount) == (1, 1000, 100)
    assert price_cart(cart, catalog_with(APPLES, price=100), NOON)[1].subtotal == 300


@given(some_sequence, st.sampled_from(DAYS))
def test_moved_sums_are_those_of_the_moved_lines(sequence: OpSequence, day: Day) -> None:
    catalog = CATALOGS[day]
    before = STARTS[sequence.start]
    sums = sum_up(before.lines, catalog)
    for _, _, _, ruling in sequence.steps():
        if ruling.patch:
            sums = moved_sums(sums, before.lines, ruling.patch.lines, catalog)
            before = ruling.cart
        assert sums == sum_up(ruling.cart.lines, catalog)


@given(some_sequence, st.sampled_from(DAYS))
def test_sums_moved_by_a_merged_patch_are_those_of_the_moved_lines(
    sequence: OpSequence, day: Day
) -> None:
    catalog, before = CATALOGS[day], STARTS[sequence.start]
    patches = [step.ruling.patch for step in sequence.steps() if step.ruling.patch]
    if patches:
        merged = merge(patches)
        sums = moved_sums(sum_up(before.lines, catalog), before.lines, merged.lines, catalog)
        assert sums == sum_up(advance(before, merged).lines, catalog)
