"""Who joins a household, leaves it, and decides on that."""

import pytest
from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.cart import Cart, Line
from app.domain.catalog import Money
from app.domain.household import (
    ChangeRole,
    HouseholdChange,
    HouseholdRefusal,
    HouseholdRuling,
    Inherit,
    InvitationHash,
    Join,
    MemberJoined,
    MemberLeft,
    Remove,
    ShareSaved,
    rule_on_household,
)
from app.domain.members import MOST_MEMBERS, OWNER, Household, Member, Role, hides_saved, is_member
from app.domain.ops import AddLine, SetLine, SuggestLine, Undo
from app.domain.outbox import EvictedOutbox, outbox_of
from tests.domain.household_examples import BEN, CLEO, DAN, HOUSEHOLD, SHARED, done_by
from tests.domain.large_carts import ALL_SAVED, FULL
from tests.examples import ADA, APPLES, EMPTY, HERE, MILK, NOON, after

INVITED = InvitationHash("5e55")
DANS = Join(DAN, Member("Dan", Role.SUGGEST, NOON), "Ada", INVITED)


def ruled(change: HouseholdChange, cart: Cart = SHARED) -> HouseholdRuling:
    """Return the ruling on *change*, which must be accepted."""
    ruling = rule_on_household(cart, change)
    assert isinstance(ruling, HouseholdRuling), ruling
    return ruling


def members_of(cart: Cart) -> dict[AccountId, Role]:
    """Return the roles of those who share *cart*, by account."""
    assert cart.household
    return {account: member.role for account, member in cart.household.members.items()}


def test_the_first_to_join_makes_a_household_and_uses_up_the_invitation() -> None:
    cart, change, patch = ruled(DANS, EMPTY)

    assert cart.household == Household("Ada", {DAN: DANS.member})
    assert change == MemberJoined(ADA, DAN, NOON, INVITED)
    assert (patch, cart.rev, cart.content) == (None, 0, 0)


def test_one_who_is_in_keeps_the_role_and_the_invitation() -> None:
    assert ruled(DANS._replace(account=BEN)) == HouseholdRuling(SHARED)


def test_nobody_joins_the_own_cart_or_one_that_is_full() -> None:
    crowd = {AccountId(f"u-{number}"): DANS.member for number in range(MOST_MEMBERS)}
    full = replace(SHARED, household=Household("Ada", crowd))

    assert rule_on_household(SHARED, DANS._replace(account=ADA)) is HouseholdRefusal.OWN_CART
    assert rule_on_household(full, DANS) is HouseholdRefusal.FULL


@pytest.mark.parametrize("by", [OWNER, BEN])
def test_who_leaves_takes_the_outboxes_along_and_leaves_the_lines(by: AccountId) -> None:
    lines = (BEN, AddLine(APPLES, 1)), (OWNER, AddLine(MILK, 1))
    cart = done_by(*lines, (CLEO, SuggestLine(MILK, 1)))

    left, change, _ = ruled(Remove(BEN, by), cart)

    evicted = EvictedOutbox(outbox_of(BEN, HERE), 1)
    assert change == MemberLeft(ADA, BEN, (evicted,))
    assert set(left.outboxes) == {HERE, outbox_of(CLEO, HERE)}
    assert (left.lines, left.suggested, left.authors) == (cart.lines, cart.suggested, cart.authors)
    assert members_of(left) == {CLEO: Role.SUGGEST}


def test_once_the_last_has_left_nobody_shares_the_cart() -> None:
    alone = ruled(Remove(CLEO, CLEO), ruled(Remove(BEN, OWNER)).cart).cart

    assert alone == EMPTY


def test_members_are_those_who_share_it_and_see_saved_lines_only_where_those_are_shared() -> None:
    shared = replace(HOUSEHOLD, shares_saved=True)

    assert [is_member(HOUSEHOLD, one) for one in (BEN, CLEO, DAN)] == [True, True, False]
    assert not is_member(None, BEN)
    assert [hides_saved(one) for one in (HOUSEHOLD, shared, None)] == [True, False, False]


def test_members_decide_on_nobody_but_themselves() -> None:
    refused: list[HouseholdChange] = [
        *(Remove(CLEO, BEN), ChangeRole(BEN, Role.EDIT, CLEO), ShareSaved(is_shared=True, by=BEN)),
    ]
    assert [rule_on_household(SHARED, one) for one in refused] == ["not_allowed"] * 3


def test_what_is_about_nobody_is_refused() -> None:
    about: list[HouseholdChange] = [Remove(DAN, OWNER), ChangeRole(DAN, Role.EDIT, OWNER)]
    assert [rule_on_household(SHARED, one) for one in about] == ["not_a_member"] * 2
    about = [*about, ShareSaved(is_shared=True, by=OWNER)]
    assert [rule_on_household(EMPTY, one) for one in about] == ["not_a_member"] * 3


def test_the_owner_changes_roles_and_shares_what_is_saved() -> None:
    cart = ruled(ChangeRole(BEN, Role.SUGGEST, OWNER)).cart
    shared = ruled(ShareSaved(is_shared=True, by=OWNER), cart).cart

    assert members_of(cart) == {BEN: Role.SUGGEST, CLEO: Role.SUGGEST}
    assert shared.household
    assert shared.household.shares_saved
    assert members_of(shared) == members_of(cart)
    assert ruled(ChangeRole(BEN, Role.EDIT, OWNER)) == HouseholdRuling(SHARED)
    assert ruled(ShareSaved(is_shared=False, by=OWNER)) == HouseholdRuling(SHARED)
    assert ruled(ShareSaved(is_shared=True, by=OWNER), shared).cart is shared


def test_inherited_lines_are_saved_for_later_and_can_be_undone() -> None:
    lines = after(AddLine(MILK, 2), AddLine(APPLES, 3)).lines
    own = after(SetLine(APPLES, 1))

    cart, change, patch = ruled(Inherit(lines), own)

    assert (change, patch and patch.rev) == (None, 2)
    assert cart.lines == own.lines
    assert cart.saved == {MILK: Line(2, 2, Money(145)), APPLES: Line(3, 3, Money(220))}
    assert ruled(Inherit(lines), cart).cart is cart
    assert done_by((OWNER, Undo()), cart=cart).saved == {}


def test_no_more_lines_are_inherited_than_there_is_room_for() -> None:
    room_for_one = replace(ALL_SAVED, saved=dict([*ALL_SAVED.saved.items()][1:]))
    lines = after(AddLine(MILK, 2), AddLine(APPLES, 3)).lines

    cart = ruled(Inherit(lines), room_for_one).cart

    assert len(cart.saved) == 100
    assert MILK in cart.saved
    assert ruled(Inherit(FULL.lines), ALL_SAVED) == HouseholdRuling(ALL_SAVED)
