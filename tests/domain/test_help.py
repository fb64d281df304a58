"""The rules of help by staff: who may see and do what, and what is left of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.help import Answer, Help, HelpEnd, HelpId, Suggested, helper_of
from app.domain.help_care import GRACE_S, WAITS_S, OpenHelp, due_end
from app.domain.help_rules import AskHelp, EndHelp, TakeHelp, rule_on_help
from app.domain.household import HouseholdRefusal
from app.domain.members import OWNER
from app.domain.ops import (
    AcceptSuggestion,
    AddLine,
    BadOp,
    DeclineSuggestion,
    Op,
    SuggestLine,
    Undo,
)
from app.domain.outbox import outbox_of
from app.domain.sharing import may_see
from app.domain.undo import UNDO_DEPTH
from app.domain.verdicts import Code, Ok
from tests.domain.help_examples import (
    ASKED,
    HELP,
    HELPED,
    HELPED_SHARED,
    KIM,
    SAM,
    TAKEN,
    WAITING,
    helped,
    ruled,
)
from tests.domain.household_examples import (
    BEN,
    CLEO,
    DAN,
    PEOPLE,
    SHARED,
    SHARED_OPS,
    done_by,
    refusal_of,
    ruling_of,
)
from tests.examples import ADA, APPLES, EMPTY, HERE, MILK, NOON

ENDED = EndHelp(HELP, HelpEnd.SHOPPER, NOON + 60)


def end(cart: Cart) -> Cart:
    """Return *cart* after the end of its help."""
    return ruled(cart, ENDED).cart


def test_one_who_may_change_the_cart_asks_and_one_of_staff_takes_it() -> None:
    asked = ruled(EMPTY, ASKED)
    assert asked.cart == WAITING
    assert ruled(asked.cart, AskHelp(HelpId("another"), OWNER, NOON + 9)).cart is asked.cart
    assert not may_see(asked.cart, SAM)

    taken = ruled(asked.cart, TAKEN)
    assert helper_of(taken.cart.help) == SAM
    assert ruled(taken.cart, TAKEN).cart is taken.cart
    assert (may_see(taken.cart, SAM), may_see(taken.cart, KIM)) == (True, False)
    assert taken.cart.rev == EMPTY.rev


@pytest.mark.parametrize(
    ("cart", "change", "refusal"),
    [
        (SHARED, AskHelp(HELP, CLEO, NOON), HouseholdRefusal.NOT_ALLOWED),
        (SHARED, AskHelp(HELP, DAN, NOON), HouseholdRefusal.NOT_ALLOWED),
        (EMPTY, TAKEN, HouseholdRefusal.NO_HELP),
        (WAITING, TAKEN._replace(id=HelpId("older")), HouseholdRefusal.NO_HELP),
        (end(HELPED), TAKEN, HouseholdRefusal.NO_HELP),
        (HELPED, TakeHelp(HELP, KIM, "Kim", NOON), HouseholdRefusal.TAKEN),
        (WAITING, TAKEN._replace(helper=ADA), HouseholdRefusal.OWN_CART),
        (ruled(SHARED, ASKED).cart, TAKEN._replace(helper=BEN), HouseholdRefusal.OWN_CART),
    ],
)
def test_what_is_refused(cart: Cart, change: AskHelp | TakeHelp, refusal: HouseholdRefusal) -> None:
    assert rule_on_help(cart, change) is refusal


def test_a_member_who_may_edit_asks_too_and_it_can_be_asked_again_after_the_end() -> None:
    assert ruled(SHARED, AskHelp(HELP, BEN, NOON)).cart.help == Help(HELP, BEN, NOON)
    again = ruled(end(HELPED), AskHelp(HelpId("2"), OWNER, NOON)).cart
    assert again.help == Help(HelpId("2"), OWNER, NOON)


@given(st.sampled_from([HELPED, HELPED_SHARED]), st.sampled_from(SHARED_OPS))
def test_a_helper_changes_nothing_but_the_own_suggestions(cart: Cart, op: Op) -> None:
    before = done_by((OWNER, AddLine(APPLES, 2)), (OWNER, SuggestLine(MILK, 1)), cart=cart)

    after = ruling_of(SAM, op, before).cart

    assert (after.lines, after.saved, after.note, after.voucher) == (
        before.lines,
        before.saved,
        before.note,
        before.voucher,
    )
    if not isinstance(op, SuggestLine | Undo | BadOp):
        assert refusal_of(SAM, op, before) is Code.NOT_ALLOWED
        assert after.suggested == before.suggested


def test_a_helpers_right_ends_with_the_help() -> None:
    suggested = done_by((SAM, SuggestLine(APPLES, 2)), cart=HELPED)
    ended = ruled(suggested, ENDED)

    assert refusal_of(SAM, SuggestLine(MILK, 1), ended.cart) is Code.NOT_ALLOWED
    assert not may_see(ended.cart, SAM)
    assert ended.patch
    assert ended.patch.suggested == {APPLES: None}
    assert (ended.cart.suggested, ended.cart.rev) == ({}, suggested.rev + 1)
    assert outbox_of(SAM, HERE) in suggested.outboxes
    assert ended.cart.outboxes == {}
    assert ended.change
    assert [one.outbox for one in getattr(ended.change, "evicted", ())] == [outbox_of(SAM, HERE)]
    assert ruled(ended.cart, ENDED).cart is ended.cart


def test_suggestions_of_others_stay_when_a_help_ends() -> None:
    cart = done_by((CLEO, SuggestLine(MILK, 1)), (SAM, SuggestLine(APPLES, 2)), cart=HELPED_SHARED)

    assert set(end(cart).suggested) == {MILK}


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        ((), Answer.OPEN),
        (((OWNER, AcceptSuggestion(APPLES)),), Answer.ACCEPTED),
        (((OWNER, DeclineSuggestion(APPLES)),), Answer.DECLINED),
        (((SAM, SuggestLine(APPLES, 0)),), Answer.TAKEN_BACK),
        (((SAM, Undo()),), Answer.TAKEN_BACK),
        (((OWNER, DeclineSuggestion(APPLES)), (OWNER, Undo())), Answer.OPEN),
    ],
)
def test_what_became_of_a_suggestion_is_written_down(
    sent: tuple[tuple[str, Op], ...], answer: Answer
) -> None:
    cart = done_by((SAM, SuggestLine(APPLES, 2)), *sent, cart=HELPED)  # type: ignore[arg-type]

    saved = ruled(cart, ENDED).change

    assert getattr(saved, "help").suggested == {APPLES: Suggested(2, answer)}  # noqa: B009
    assert cart.help
    assert end(cart).help == replace(
        cart.help, suggested={}, ended=HelpEnd.SHOPPER, ended_at_s=NOON + 60
    )


@pytest.mark.parametrize("answer", [DeclineSuggestion(APPLES), AcceptSuggestion(APPLES)])
@pytest.mark.parametrize("rev", [None, 0])
def test_no_undo_brings_a_suggestion_back_whose_helper_has_gone(
    answer: Op, rev: int | None
) -> None:
    answered = done_by((SAM, SuggestLine(APPLES, 2)), (OWNER, answer), cart=HELPED)
    ended = end(answered)

    for _ in ended.undo_stack:
        ended = ruling_of(OWNER, Undo(rev if rev is None else answered.rev), ended).cart

    assert (ended.suggested, ended.lines, ended.undo_stack) == ({}, {}, ())
    assert refusal_of(OWNER, Undo(), ended) is Code.NOTHING_TO_UNDO


def test_what_was_accepted_stays_after_the_end_and_only_its_line_is_undone() -> None:
    cart = done_by(
        (OWNER, AddLine(APPLES, 1)),
        (CLEO, SuggestLine(MILK, 1)),
        (SAM, SuggestLine(APPLES, 2)),
        (SAM, SuggestLine(APPLES, 3)),
        (OWNER, AcceptSuggestion(APPLES)),
        (OWNER, DeclineSuggestion(MILK)),
        cart=HELPED_SHARED,
    )
    ended = end(cart)
    assert ended.lines == cart.lines

    declined_no_longer = done_by((OWNER, Undo()), cart=ended)
    accepted_no_longer = done_by((OWNER, Undo()), cart=declined_no_longer)

    assert set(declined_no_longer.suggested) == {MILK}
    assert set(accepted_no_longer.suggested) == {MILK}
    assert accepted_no_longer.lines[APPLES].qty == 1


@given(
    st.lists(st.tuples(st.sampled_from([*PEOPLE, SAM]), st.sampled_from(SHARED_OPS)), max_size=30)
)
def test_after_the_end_undo_changes_what_it_would_have_but_for_suggestions_of_the_helper(
    sent: list[tuple[AccountId, Op]],
) -> None:
    cart = HELPED_SHARED
    for by, op in sent:
        cart = ruling_of(by, op, cart).cart
    ended = end(cart)
    assert (ended.lines, ended.saved, ended.note) == (cart.lines, cart.saved, cart.note)

    for by in PEOPLE * UNDO_DEPTH:
        before = ended
        ended = ruling_of(by, Undo(), ended).cart
        assert SAM not in {ended.authors.get(one.pos) for one in ended.suggested.values()}
        changed = (before.rev == ended.rev) or (
            (before.lines, before.saved, before.note, before.voucher, before.suggested)
            != (ended.lines, ended.saved, ended.note, ended.voucher, ended.suggested)
        )
        assert changed, "an undo that changes nothing"


def test_what_others_suggest_is_not_written_down() -> None:
    cart = done_by((CLEO, SuggestLine(MILK, 1)), (BEN, DeclineSuggestion(MILK)), cart=HELPED_SHARED)

    assert cart.help == HELPED_SHARED.help


def test_an_accepted_suggestion_adds_to_the_line_and_the_line_is_the_helpers() -> None:
    cart = done_by((SAM, SuggestLine(APPLES, 2)), (OWNER, AcceptSuggestion(APPLES)), cart=HELPED)

    assert (cart.lines[APPLES].qty, cart.suggested) == (2, {})
    assert cart.authors[cart.lines[APPLES].pos] == SAM
    assert isinstance(ruling_of(OWNER, Undo(), cart).verdict, Ok)


OPEN = OpenHelp(ADA, Help(HELP, OWNER, NOON, SAM, "Sam", NOON), "Ada", NOON, NOON)


@pytest.mark.parametrize(
    ("one", "after_s", "why"),
    [
        (OPEN, GRACE_S, None),
        (OPEN, GRACE_S + 1, HelpEnd.SHOPPER_LEFT),
        (OPEN._replace(shopper_seen_at_s=NOON + 9), GRACE_S + 1, HelpEnd.STAFF_LEFT),
        (OPEN._replace(is_permitted=False), 0, HelpEnd.REVOKED),
        (
            OPEN._replace(help=Help(HELP, OWNER, NOON), shopper_seen_at_s=NOON + WAITS_S),
            WAITS_S + 1,
            HelpEnd.NOBODY_FREE,
        ),
        (
            OPEN._replace(help=Help(HELP, OWNER, NOON), shopper_seen_at_s=NOON + WAITS_S),
            WAITS_S,
            None,
        ),
    ],
)
def test_what_nobody_attends_is_over_by_itself(
    one: OpenHelp, after_s: int, why: HelpEnd | None
) -> None:
    assert due_end(one, NOON + after_s) is why


def test_a_help_in_a_cart_of_another_id_ends_nothing() -> None:
    other = EndHelp(HelpId("older"), HelpEnd.STAFF, NOON)
    assert ruled(HELPED, other).cart is HELPED
    assert ruled(WAITING, ENDED).patch is None
    assert helped(SHARED) == HELPED_SHARED
