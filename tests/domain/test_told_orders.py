"""What a household is told of an order, on the next visit of each."""

import pytest
from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.household import HouseholdRefusal, HouseholdRuling, Remove, rule_on_household
from app.domain.members import OWNER, Member, Ordered, Role
from app.domain.ops import AddLine
from app.domain.orders import OrderKey, OrderNumber, Pay
from app.domain.placing import OrderRequest, Placed, place
from app.domain.position import position
from app.domain.told_orders import DismissOrder, told_order
from app.domain.totals import price_cart
from tests.buying import HOME
from tests.domain.household_examples import BEN, CLEO, DAN, HOUSEHOLD, done_by
from tests.examples import APPLES, CATALOG, EMPTY, NOON, after

FILLED = done_by((OWNER, AddLine(APPLES, 1)))
REV = FILLED.rev + 1
BENS = Ordered(BEN, NOON, REV)


def ordered_by(by: AccountId, cart: Cart = FILLED) -> Cart:
    """Return *cart* after an order of *by*."""
    total = price_cart(cart, CATALOG, NOON)[1].total
    about = OrderKey("k"), OrderNumber("2222-2222"), position(cart), total, HOME, Pay.ON_DELIVERY
    placed = place(cart, OrderRequest(*about, by=by), CATALOG, NOON)
    assert isinstance(placed, Placed), placed
    return placed.cart


def told(cart: Cart) -> list[AccountId]:
    """Return who is told of an order of *cart*."""
    return [one for one in (OWNER, BEN, CLEO, DAN) if told_order(cart, one)]


def dismissed(cart: Cart, by: AccountId, rev: int = REV) -> Cart:
    """Return *cart* after *by* has seen the order."""
    ruling = rule_on_household(cart, DismissOrder(rev, by))
    assert isinstance(ruling, HouseholdRuling), ruling
    assert (ruling.change, ruling.patch) == (None, None)
    return ruling.cart


@pytest.mark.parametrize(("by", "others"), [(BEN, [OWNER, CLEO]), (OWNER, [BEN, CLEO])])
def test_all_others_are_told_who_ordered_and_when(by: AccountId, others: list[AccountId]) -> None:
    cart = ordered_by(by)

    assert told(cart) == others
    assert told_order(cart, CLEO) == Ordered(by, NOON, cart.rev)


def test_nobody_is_told_where_nobody_shares_or_nobody_ordered() -> None:
    assert ordered_by(OWNER, after(AddLine(APPLES, 1))).household is None
    assert told(FILLED) == []
    assert told(EMPTY) == []


def test_who_has_seen_it_is_told_no_more_and_the_others_are() -> None:
    cart = dismissed(ordered_by(BEN), CLEO)

    assert told(cart) == [OWNER]
    assert dismissed(cart, CLEO) is cart
    assert told(dismissed(cart, OWNER)) == []


def test_only_that_order_is_seen_which_was_shown() -> None:
    cart = ordered_by(BEN)

    assert dismissed(cart, CLEO, REV - 1) is cart
    assert dismissed(FILLED, CLEO) is FILLED


def test_the_next_change_ends_it_and_the_next_order_is_told_to_all_others() -> None:
    changed = done_by((OWNER, AddLine(APPLES, 1)), cart=dismissed(ordered_by(BEN), OWNER))
    again = done_by((BEN, AddLine(APPLES, 1)), cart=changed)

    assert told(again) == []
    assert told(ordered_by(BEN, again)) == [OWNER, CLEO]


def test_who_joins_later_is_told_nothing_of_what_was_before() -> None:
    dan = Member("Dan", Role.EDIT, NOON + 1)
    cart = ordered_by(BEN)
    household = replace(HOUSEHOLD, members={**HOUSEHOLD.members, DAN: dan}, ordered=BENS)

    assert told(replace(cart, household=household)) == [OWNER, CLEO]


def test_it_is_told_although_who_ordered_has_left() -> None:
    ruling = rule_on_household(ordered_by(BEN), Remove(BEN, BEN))

    assert isinstance(ruling, HouseholdRuling)
    assert told(ruling.cart) == [OWNER, CLEO]


def test_strangers_see_and_dismiss_nothing() -> None:
    for cart, by in ((ordered_by(BEN), DAN), (EMPTY, OWNER), (EMPTY, BEN)):
        ruling = rule_on_household(cart, DismissOrder(REV, by))
        assert ruling is HouseholdRefusal.NOT_A_MEMBER
