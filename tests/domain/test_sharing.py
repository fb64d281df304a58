"""A cart of a household: who may do what, whose a line is, and what is suggested."""

import pytest
from hypothesis import given
from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.cart import MOST_AUTHORS, Cart, Line, Lines, Patch, advance, content
from app.domain.catalog import Money
from app.domain.members import OWNER
from app.domain.ops import (
    AcceptSuggestion,
    AddLine,
    BadOp,
    DeclineSuggestion,
    DiscardLine,
    Op,
    SaveLine,
    SetLine,
    SetNote,
    SetVoucher,
    SuggestLine,
    Undo,
    UnsaveLine,
)
from app.domain.rules import rule
from app.domain.verdicts import Clamped, Code, No, Ok
from tests.domain.household_examples import (
    BEN,
    CLEO,
    DAN,
    HOUSEHOLD,
    SHARED,
    SharedSequence,
    done_by,
    refusal_of,
    ruling_of,
    some_shared_sequence,
)
from tests.domain.large_carts import CROWDED, CROWDED_CATALOG, ONE_MORE
from tests.domain.op_examples import BODIES, CATALOGS, STARTS, OpSequence, some_sequence
from tests.examples import APPLES, CIDER, EGGS, EMPTY, GHOST, MILK, NOON, TENTH, catalog_with, ref

SAVES: list[Op] = [SaveLine(APPLES), UnsaveLine(MILK), DiscardLine(MILK)]
EDITS: list[Op] = [
    *(AddLine(APPLES, 1), SetLine(APPLES, 0), SetNote("Ring twice"), SetVoucher(TENTH)),
    *(AcceptSuggestion(APPLES), DeclineSuggestion(APPLES)),
]
MORE = AddLine(ONE_MORE, 1)
STOCKED = done_by(
    *((OWNER, AddLine(MILK, 2)), (OWNER, SaveLine(MILK)), (OWNER, AddLine(APPLES, 3))),
    (CLEO, SuggestLine(APPLES, 2)),
)


def author_of(cart: Cart, pos: int) -> AccountId:
    """Return who put the line at *pos* there."""
    return cart.authors.get(pos, OWNER)


@pytest.mark.parametrize(
    ("by", "may"),
    [
        (OWNER, [*EDITS, *SAVES, SuggestLine(MILK, 1)]),
        (BEN, [*EDITS, SuggestLine(MILK, 1), Undo()]),
        (CLEO, [SuggestLine(MILK, 1), Undo()]),
        (DAN, []),
    ],
    ids=["owner", "edit", "suggest", "stranger"],
)
def test_each_role_may_do_what_it_may_and_no_more(by: AccountId, may: list[Op]) -> None:
    cart = done_by((BEN, AddLine(MILK, 1)), cart=STOCKED)
    for op in [*EDITS, *SAVES, SuggestLine(MILK, 1), Undo()]:
        verdict = ruling_of(by, op, cart).verdict
        assert isinstance(verdict, Ok) == (op in may or by == OWNER), (op, verdict)
        assert isinstance(verdict, Ok) or verdict.code is Code.NOT_ALLOWED


def test_nobody_but_the_owner_may_do_anything_where_nobody_shares() -> None:
    assert refusal_of(BEN, AddLine(APPLES, 1), EMPTY) is Code.NOT_ALLOWED


def test_an_editor_moves_saved_lines_only_where_they_are_shared() -> None:
    shared = replace(STOCKED, household=replace(HOUSEHOLD, shares_saved=True))

    assert all(refusal_of(BEN, op, STOCKED) is Code.NOT_ALLOWED for op in SAVES)
    assert all(isinstance(ruling_of(BEN, op, shared).verdict, Ok) for op in SAVES)
    assert all(refusal_of(CLEO, op, shared) is Code.NOT_ALLOWED for op in SAVES)


def test_what_cannot_be_read_is_recorded_as_that_whoever_sent_it() -> None:
    assert refusal_of(CLEO, BadOp()) is Code.BAD_OP


def test_a_line_is_whose_it_was_first_however_it_is_changed_and_moved() -> None:
    cart = done_by(
        *((BEN, AddLine(APPLES, 1)), (OWNER, AddLine(MILK, 1)), (OWNER, AddLine(APPLES, 4))),
        (BEN, SetLine(MILK, 3)),
    )
    assert author_of(cart, cart.lines[APPLES].pos) == BEN
    assert author_of(cart, cart.lines[MILK].pos) == OWNER

    saved = done_by((OWNER, SaveLine(APPLES)), cart=cart)
    back = done_by((OWNER, UnsaveLine(APPLES)), (OWNER, SetLine(APPLES, 0)), cart=saved)
    restored = done_by((OWNER, Undo()), cart=back)

    assert author_of(saved, saved.saved[APPLES].pos) == BEN
    assert author_of(restored, restored.lines[APPLES].pos) == BEN


def test_a_suggestion_is_in_no_total_until_it_is_accepted_and_stays_its_makers() -> None:
    suggested = done_by((CLEO, SuggestLine(APPLES, 2)))
    assert suggested.lines == {}
    assert suggested.suggested == {APPLES: Line(1, 2, Money(220))}

    accepted = done_by((BEN, AcceptSuggestion(APPLES)), cart=suggested)

    assert accepted.suggested == {}
    assert accepted.lines == {APPLES: Line(2, 2, Money(220))}
    assert author_of(accepted, 2) == CLEO


def test_an_accepted_suggestion_adds_up_with_the_line_that_is_there() -> None:
    cart = done_by((BEN, AcceptSuggestion(APPLES)), cart=STOCKED)

    assert cart.lines[APPLES].qty == 5
    assert author_of(cart, cart.lines[APPLES].pos) == OWNER


def test_an_accepted_suggestion_is_clamped_and_refused_like_a_line_that_is_added() -> None:
    cart = done_by((CLEO, SuggestLine(MILK, 9)), (CLEO, SuggestLine(EGGS, 1)))

    ruling = ruling_of(OWNER, AcceptSuggestion(MILK, Money(100)), cart)

    assert ruling.verdict == Ok(1, cart.rev + 1, Clamped(MILK, 9, 5))
    assert ruling.cart.lines[MILK] == Line(3, 5, Money(100))
    assert refusal_of(OWNER, AcceptSuggestion(EGGS), cart) is Code.SOLD_OUT
    assert refusal_of(OWNER, AcceptSuggestion(APPLES), cart) is Code.NOT_IN_CART
    assert refusal_of(OWNER, AcceptSuggestion(GHOST), cart) is Code.UNKNOWN_SKU


def test_one_suggests_a_product_at_a_time_and_may_take_it_back() -> None:
    cart = done_by((CLEO, SuggestLine(APPLES, 2)), (CLEO, SuggestLine(APPLES, 5)))
    assert cart.suggested[APPLES] == Line(1, 5, Money(220))

    assert refusal_of(BEN, SuggestLine(APPLES, 1), cart) is Code.SUGGESTED
    assert done_by((CLEO, SuggestLine(APPLES, 0)), cart=cart).suggested == {}
    assert done_by((OWNER, DeclineSuggestion(APPLES)), cart=cart).suggested == {}
    assert refusal_of(OWNER, DeclineSuggestion(GHOST), cart) is Code.UNKNOWN_SKU
    assert ruling_of(OWNER, DeclineSuggestion(MILK), cart).patch is None
    assert ruling_of(CLEO, SuggestLine(APPLES, 5), cart).patch is None


def test_what_is_not_sold_can_be_suggested_less_of_and_no_more() -> None:
    gone = catalog_with(APPLES, sold=False)
    cart = done_by((CLEO, SuggestLine(APPLES, 2)))

    assert ruling_of(CLEO, SuggestLine(APPLES, 1), cart, gone).cart.suggested[APPLES].qty == 1
    for op in (SuggestLine(APPLES, 3), SuggestLine(CIDER, 1)):
        verdict = ruling_of(CLEO, op, cart, gone).verdict
        assert isinstance(verdict, No)
        assert verdict.code is Code.GONE
    assert refusal_of(CLEO, SuggestLine(GHOST, 1), cart) is Code.UNKNOWN_SKU


def test_a_hundred_products_can_be_suggested() -> None:
    nearly = replace(SHARED, suggested=CROWDED.lines, next_pos=CROWDED.next_pos)
    full = ruling_of(CLEO, SuggestLine(MILK, 1), nearly).cart

    verdict = ruling_of(CLEO, SuggestLine(APPLES, 1), full).verdict

    assert verdict == No(2, Code.LINE_LIMIT, ("Gala apples", "100"), 1)


def test_authors_of_lines_that_are_gone_are_forgotten_once_there_are_many() -> None:
    cart = SHARED
    for _ in range(MOST_AUTHORS + 1):
        cart = done_by((BEN, SetLine(APPLES, 1)), (BEN, SetLine(APPLES, 0)), cart=cart)
        assert len(cart.authors) <= MOST_AUTHORS

    cart = done_by((BEN, SetLine(MILK, 1)), cart=cart)
    assert author_of(cart, cart.lines[MILK].pos) == BEN


@given(some_shared_sequence)
def test_a_shared_cart_keeps_its_limits_and_its_hash(sequence: SharedSequence) -> None:
    for before, _, op, ruling in sequence.steps():
        cart = ruling.cart
        lists = (cart.lines, cart.saved, cart.suggested)
        lines = [line for each in lists for line in each.values()]
        assert max(map(len, lists)) <= 100
        assert all(1 <= line.qty <= 99 and 1 <= line.pos < cart.next_pos for line in lines)
        assert len({line.pos for line in lines}) == len(lines)
        assert cart.content == content(cart)
        assert cart.household is before.household
        if ruling.patch:
            assert advance(before, ruling.patch).content == cart.content
            assert advance(before, ruling.patch).authors == cart.authors
        assert (ruling.patch is None) == (cart.rev == before.rev), op


@given(some_shared_sequence)
def test_a_line_has_the_author_who_began_it(sequence: SharedSequence) -> None:
    began: dict[int, AccountId] = {}
    for before, by, op, ruling in sequence.steps():
        patch = ruling.patch or Patch(0)
        for changes in (patch.lines, patch.saved, patch.suggested):
            for sku, line in changes.items():
                if line is None or line.pos in began or line.pos < before.next_pos:
                    continue
                left = _left_by(op, before)
                began[line.pos] = began.get(left[sku].pos, OWNER) if left else by
        cart = ruling.cart
        for lines in (cart.lines, cart.saved, cart.suggested):
            for line in lines.values():
                assert author_of(cart, line.pos) == began.get(line.pos, OWNER)


def _left_by(op: Op, before: Cart) -> Lines | None:
    """Return the list out of which *op* moves a line."""
    match op:
        case SaveLine():
            return before.lines
        case UnsaveLine():
            return before.saved
        case AcceptSuggestion():
            return before.suggested
        case _:
            return None


@given(some_sequence)
def test_the_owner_notices_nothing_of_a_household_that_does_nothing(
    sequence: OpSequence,
) -> None:
    shared = replace(STARTS[sequence.start], household=HOUSEHOLD)
    for _, sent, outbox, alone in sequence.steps():
        named = ref(shared, outbox, BODIES[sent.op])
        ruling = rule(shared, named, sent.op, CATALOGS[sent.day], NOON)
        assert ruling.verdict == alone.verdict
        assert replace(ruling.cart, household=None) == alone.cart
        shared = ruling.cart


def test_a_full_cart_takes_back_no_line_for_which_there_is_no_room() -> None:
    cart = replace(CROWDED, household=HOUSEHOLD)
    added: list[tuple[AccountId, Op]] = [(OWNER, AddLine(APPLES, 1)), (OWNER, SetLine(APPLES, 0))]
    for by, op in [*added, (BEN, MORE)]:
        cart = ruling_of(by, op, cart, CROWDED_CATALOG).cart

    verdict = ruling_of(OWNER, Undo(), cart, CROWDED_CATALOG).verdict

    assert verdict == No(3, Code.LINE_LIMIT, ("Gala apples", "100"), cart.rev)
