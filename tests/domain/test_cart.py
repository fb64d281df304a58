"""Patches advance a cart from one revision to the next."""

import pytest
from hypothesis import given
from msgspec.structs import replace

from app.domain.cart import Line, Patch, advance, content
from app.domain.catalog import Money, VoucherCode
from app.domain.outbox import Outbox
from tests.domain.op_examples import OpSequence, some_sequence, what_shows
from tests.examples import APPLES, EMPTY, HERE, MILK, NOON, THERE

THREE = Line(1, 3, Money(220))
FIVE = Line(1, 5, Money(220))
TWO = Line(2, 2, Money(145))
CART = advance(EMPTY, Patch(1, {APPLES: THREE, MILK: TWO}, note="Ring twice"))
LIVED_IN = replace(
    CART,
    version=4,
    undo_stack=("[1,{}]",),
    outboxes={HERE: Outbox(7)},
    tries=(NOON,),
    used={VoucherCode("FIVER"): 2},
)


def test_a_patch_replaces_the_lines_it_names_and_no_others() -> None:
    assert advance(CART, Patch(2, {APPLES: FIVE})).lines == {APPLES: FIVE, MILK: TWO}


def test_a_patch_with_none_removes_the_line() -> None:
    assert advance(CART, Patch(2, {MILK: None})).lines == {APPLES: THREE}


def test_lines_and_saved_lines_are_separate() -> None:
    cart = advance(CART, Patch(2, {APPLES: None}, {APPLES: FIVE}))

    assert (cart.lines, cart.saved) == ({MILK: TWO}, {APPLES: FIVE})
    assert advance(cart, Patch(3, saved={APPLES: None})).saved == {}


def test_a_patch_without_a_note_or_a_voucher_leaves_them() -> None:
    cart = advance(CART, Patch(2, voucher=VoucherCode("FIVER")))
    cart = advance(cart, Patch(3, {MILK: None}))

    assert (cart.note, cart.voucher) == ("Ring twice", "FIVER")


def test_an_empty_note_or_voucher_removes_it() -> None:
    cart = advance(CART, Patch(2, voucher=VoucherCode("FIVER")))
    cart = advance(cart, Patch(3, note="", voucher=VoucherCode("")))

    assert (cart.note, cart.voucher) == ("", "")


@pytest.mark.parametrize(
    "patch", [Patch(0), Patch(1), Patch(3), Patch(2, revs=2), Patch(4, revs=2)]
)
def test_a_cart_skips_no_revision_and_repeats_none(patch: Patch) -> None:
    with pytest.raises(ValueError, match=f"is at revision 1, the patch changes {patch.prev}$"):
        advance(CART, patch)


def test_a_patch_of_several_revisions_leads_past_those_in_between() -> None:
    patch = Patch(4, {APPLES: FIVE}, revs=3)

    assert patch.prev == CART.rev == 1
    assert advance(CART, patch) == replace(advance(CART, Patch(2, {APPLES: FIVE})), rev=4)


def test_a_cart_is_advanced_with_another_undo_stack_and_outboxes_if_given() -> None:
    patch = Patch(2, {MILK: None})

    plain = advance(LIVED_IN, patch)
    given_both = advance(LIVED_IN, patch, (), {THERE: Outbox(3)})

    assert (plain.undo_stack, plain.outboxes) == (LIVED_IN.undo_stack, LIVED_IN.outboxes)
    assert given_both == replace(plain, undo_stack=(), outboxes={THERE: Outbox(3)})


def test_applying_a_patch_does_not_change_the_old_cart() -> None:
    advance(CART, Patch(2, {APPLES: None}))

    assert CART.lines[APPLES] == THREE


@pytest.mark.parametrize(
    ("patch", "next_pos"),
    [
        (Patch(2, {APPLES: FIVE}), 3),
        (Patch(2, {APPLES: None}), 3),
        (Patch(2, {APPLES: replace(THREE, pos=3)}), 4),
        (Patch(2, saved={APPLES: replace(THREE, pos=8)}), 9),
        (Patch(2, {APPLES: replace(THREE, pos=4)}, {APPLES: replace(THREE, pos=3)}), 5),
    ],
    ids=["a known place", "gone", "the next place", "far ahead, saved", "two places"],
)
def test_the_next_place_is_beyond_every_place_used_before(patch: Patch, next_pos: int) -> None:
    assert CART.next_pos == 3
    assert advance(CART, patch).next_pos == next_pos


def test_a_new_cart_has_version_0_and_revision_0() -> None:
    assert (EMPTY.version, EMPTY.rev, EMPTY.next_pos) == (0, 0, 1)


def test_fields_outside_the_patch_stay_as_they_are() -> None:
    lived = replace(LIVED_IN, lines=CART.lines)

    moved = advance(lived, Patch(2, {APPLES: FIVE}, {}, "", VoucherCode("FIVER")))

    kept = ("account", "epoch", "version", "saved", "undo_stack", "outboxes", "tries", "used")
    assert [getattr(moved, name) for name in kept] == [getattr(lived, name) for name in kept]


def test_an_empty_cart_has_content_0() -> None:
    assert EMPTY.content == content(EMPTY) == 0


@pytest.mark.parametrize(
    "patch",
    [
        Patch(2, {APPLES: FIVE}),
        Patch(2, {APPLES: replace(THREE, pos=7)}),
        Patch(2, {APPLES: replace(THREE, agreed=Money(221))}),
        Patch(2, {APPLES: None}),
        Patch(2, {APPLES: None}, {APPLES: THREE}),
        Patch(2, saved={APPLES: THREE}),
        Patch(2, note="Ring once"),
        Patch(2, note=""),
        Patch(2, voucher=VoucherCode("FIVER")),
        Patch(2, note="", voucher=VoucherCode("Ring twice")),
    ],
    ids=str,
)
def test_the_content_hash_changes_with_every_stored_field(patch: Patch) -> None:
    moved = advance(CART, patch)

    assert moved.content != CART.content
    assert moved.content == content(moved)


def test_a_change_and_its_inverse_restore_the_content_hash() -> None:
    back = advance(advance(CART, Patch(2, {APPLES: FIVE})), Patch(3, {APPLES: THREE}))

    assert back.content == CART.content


def test_the_content_hash_does_not_depend_on_the_process() -> None:
    cart = advance(EMPTY, Patch(1, {APPLES: THREE}, {MILK: TWO}, "Ring twice", VoucherCode("X")))

    assert f"{cart.content:016x}" == "c324788718f64f47"
    assert content(replace(cart, rev=9, epoch="2", version=5)) == cart.content


@given(some_sequence, some_sequence)
def test_two_carts_have_equal_content_hashes_only_if_they_show_the_same(
    one: OpSequence, two: OpSequence
) -> None:
    first, second = one.end(), two.end()

    assert (first.content == second.content) == (what_shows(first) == what_shows(second))
    assert 0 <= first.content < 2**64
