"""Undo in a shared cart: one's own newest change, and nothing that others have changed since."""

from hypothesis import given
from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.cart import Line, Patch
from app.domain.catalog import Money
from app.domain.members import OWNER, Household, Member, Role
from app.domain.ops import AcceptSuggestion, AddLine, SaveLine, SetLine, SetNote, SuggestLine, Undo
from app.domain.outcomes import Rejection
from app.domain.sharing import undo_change
from app.domain.verdicts import Code
from tests.domain.household_examples import (
    BEN,
    CLEO,
    HOUSEHOLD,
    SharedSequence,
    done_by,
    refusal_of,
    some_shared_sequence,
)
from tests.examples import APPLES, CATALOG, MILK, NOON


def test_each_undoes_the_own_newest_change_first() -> None:
    cart = done_by(
        *((OWNER, AddLine(APPLES, 1)), (BEN, AddLine(MILK, 2)), (OWNER, SetLine(APPLES, 5))),
        (BEN, SetNote("Ring twice")),
    )

    by_owner = done_by((OWNER, Undo()), cart=cart)
    by_both = done_by((BEN, Undo()), (BEN, Undo()), cart=by_owner)

    assert (by_owner.lines[APPLES].qty, by_owner.note) == (1, "Ring twice")
    assert (by_both.lines, by_both.note) == ({APPLES: Line(1, 1, Money(220))}, "")
    assert refusal_of(BEN, Undo(), by_both) is Code.NOTHING_TO_UNDO


def test_what_others_have_changed_since_stays_as_they_made_it() -> None:
    cart = done_by(
        *((OWNER, SetNote("Ring once")), (OWNER, AddLine(APPLES, 1)), (BEN, SetLine(APPLES, 9))),
    )

    undone = done_by((OWNER, Undo()), cart=cart)

    assert (undone.lines[APPLES].qty, undone.note) == (9, "")
    assert refusal_of(OWNER, Undo(), undone) is Code.MOVED


def test_once_the_others_have_undone_theirs_one_can_undo_the_own_again() -> None:
    cart = done_by((OWNER, AddLine(APPLES, 1)), (BEN, SetLine(APPLES, 9)))
    assert refusal_of(OWNER, Undo(), cart) is Code.MOVED

    assert done_by((BEN, Undo()), (OWNER, Undo()), cart=cart).lines == {}


def test_a_line_that_was_moved_comes_back_whole_or_not_at_all() -> None:
    cart = done_by((OWNER, AddLine(MILK, 2)), (OWNER, SaveLine(MILK)), (BEN, AddLine(MILK, 1)))

    assert refusal_of(OWNER, Undo(), cart) is Code.MOVED
    assert done_by((BEN, Undo()), (OWNER, Undo()), cart=cart).lines[MILK].qty == 2


def test_a_suggestion_stands_in_the_way_of_no_undo_but_of_its_own_acceptance() -> None:
    cart = done_by((OWNER, AddLine(APPLES, 1)), (CLEO, SuggestLine(APPLES, 2)))
    assert done_by((OWNER, Undo()), cart=cart).lines == {}
    assert done_by((CLEO, Undo()), cart=cart).suggested == {}

    accepted = done_by((BEN, AcceptSuggestion(APPLES)), cart=cart)
    assert refusal_of(CLEO, Undo(), accepted) is Code.MOVED
    back = done_by((BEN, Undo()), cart=accepted)
    assert (back.lines, back.suggested) == (cart.lines, cart.suggested)


def test_an_editor_undoes_the_newest_change_of_another_by_its_revision() -> None:
    cart = done_by((OWNER, AddLine(APPLES, 1)), (OWNER, AddLine(MILK, 1)), (BEN, AddLine(MILK, 1)))

    assert refusal_of(BEN, Undo(rev=2), cart) is Code.MOVED
    assert refusal_of(CLEO, Undo(rev=3), cart) is Code.MOVED
    assert refusal_of(CLEO, Undo(), cart) is Code.NOTHING_TO_UNDO
    assert refusal_of(BEN, Undo(rev=9), cart) is Code.MOVED
    assert done_by((OWNER, Undo(rev=3)), cart=cart).lines[MILK].qty == 1


def test_who_may_only_suggest_now_undoes_no_change_from_before() -> None:
    cart = done_by((BEN, AddLine(APPLES, 1)), (BEN, SuggestLine(MILK, 1)))
    members = {**HOUSEHOLD.members, BEN: Member("Ben", Role.SUGGEST, NOON)}
    lowered = replace(cart, household=replace(HOUSEHOLD, members=members))

    undone = done_by((BEN, Undo()), cart=lowered)

    assert (undone.suggested, set(undone.lines)) == ({}, {APPLES})
    assert refusal_of(BEN, Undo(), undone) is Code.MOVED


def test_an_editor_undoes_no_move_of_saved_lines_that_are_not_shared() -> None:
    shared: Household = replace(HOUSEHOLD, shares_saved=True)
    cart = done_by((OWNER, AddLine(MILK, 2)), (OWNER, SaveLine(MILK)))

    assert refusal_of(BEN, Undo(rev=2), cart) is Code.MOVED
    assert done_by((BEN, Undo(rev=2)), cart=replace(cart, household=shared)).saved == {}


def test_who_has_left_undoes_nothing() -> None:
    cart = replace(done_by((BEN, AddLine(APPLES, 1))), household=None)

    assert undo_change(cart, None, BEN, CATALOG) == Rejection(Code.MOVED)


@given(some_shared_sequence)
def test_an_undo_without_a_revision_touches_only_what_was_changed_last_by_its_sender(
    sequence: SharedSequence,
) -> None:
    changed: list[tuple[int, AccountId, Patch]] = []
    for _, by, op, ruling in sequence.steps():
        if (patch := ruling.patch) is None:
            continue
        if isinstance(op, Undo):
            last = {key: (rev, who) for rev, who, made in changed for key in _keys(made)}
            undone = {last[key] for key in _keys(patch)}
            assert len(undone) == 1, "one change is undone"
            ((rev, who),) = undone
            assert who == by or op.rev == rev
            changed = [one for one in changed if one[0] != rev]
        else:
            changed = [*changed, (patch.rev, by, patch)][-10:]


def _keys(patch: Patch) -> set[str]:
    keys = {f"line {sku}" for sku in (*patch.lines, *patch.saved)}
    keys |= {f"suggestion {sku}" for sku in patch.suggested}
    keys |= {"note"} if patch.note is not None else set()
    return keys | ({"voucher"} if patch.voucher is not None else set())
