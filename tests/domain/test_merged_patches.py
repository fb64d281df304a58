"""Patches that follow on each other, merged into one."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.domain.cart import Line, Patch, advance, merge
from app.domain.catalog import Money, Sku, VoucherCode
from tests.domain.household_examples import BEN, CLEO
from tests.domain.op_examples import STARTS, OpSequence, some_sequence
from tests.examples import APPLES, EMPTY, FIVER, MILK

ONE, TWO, THREE = (Line(pos, pos, Money(220)) for pos in (1, 2, 3))


def test_one_patch_is_merged_to_itself() -> None:
    patch = Patch(7, {APPLES: ONE})

    assert merge([patch]) is patch


def test_the_newest_change_of_each_line_is_in_the_merged_patch() -> None:
    merged = merge(
        [
            Patch(7, {APPLES: ONE, MILK: TWO}),
            Patch(8, {APPLES: None}, {APPLES: TWO}),
            Patch(9, {APPLES: THREE}, {APPLES: None}),
        ]
    )

    assert merged == Patch(9, {APPLES: THREE, MILK: TWO}, {APPLES: None}, revs=3)
    assert merged.prev == 6


def test_suggestions_and_the_authors_of_all_new_lines_are_in_the_merged_patch() -> None:
    merged = merge(
        [
            Patch(7, suggested={APPLES: ONE}, authors={1: BEN}),
            Patch(8, {MILK: TWO}, suggested={APPLES: None}, authors={2: CLEO}),
        ]
    )

    lines: dict[Sku, Line | None] = {MILK: TWO}
    assert merged == Patch(8, lines, suggested={APPLES: None}, authors={1: BEN, 2: CLEO}, revs=2)


def test_the_newest_note_and_voucher_are_in_the_merged_patch() -> None:
    merged = merge(
        [
            Patch(7, note="Ring twice", voucher=FIVER),
            Patch(8, note="", voucher=VoucherCode("")),
            Patch(9, {APPLES: ONE}),
        ]
    )

    assert merged == Patch(9, {APPLES: ONE}, {}, "", VoucherCode(""), revs=3)


def test_a_note_and_a_voucher_that_stay_are_not_in_the_merged_patch() -> None:
    merged = merge([Patch(7, {APPLES: ONE}), Patch(8, {MILK: None})])

    assert (merged.note, merged.voucher) == (None, None)


def test_merged_patches_can_be_merged_again() -> None:
    merged = merge([merge([Patch(7), Patch(8)]), Patch(9), merge([Patch(10), Patch(11)])])

    assert merged == Patch(11, revs=5)


@given(some_sequence, st.data())
def test_a_merged_patch_does_what_its_patches_do_one_after_the_other(
    sequence: OpSequence, data: st.DataObject
) -> None:
    patches = [step.ruling.patch for step in sequence.steps() if step.ruling.patch]
    first = data.draw(st.integers(0, len(patches)))
    before = STARTS[sequence.start]
    for patch in patches[:first]:
        before = advance(before, patch)

    one_by_one = before
    for patch in patches[first:]:
        one_by_one = advance(one_by_one, patch)

    if patches[first:]:
        at_once = advance(before, merge(patches[first:]))
        assert at_once.next_pos <= one_by_one.next_pos
        assert replace(at_once, next_pos=one_by_one.next_pos) == one_by_one


def test_a_place_that_was_given_up_in_between_is_not_in_the_merged_patch() -> None:
    patches = [Patch(1, {APPLES: ONE}), Patch(2, {APPLES: None})]

    assert advance(advance(EMPTY, patches[0]), patches[1]).next_pos == 2
    assert advance(EMPTY, merge(patches)).next_pos == 1
