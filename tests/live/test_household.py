"""A live cart of a household: what its members are told, and what they are not."""

from msgspec import UNSET
from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.addresses import Address
from app.domain.cart import Cart
from app.domain.devices import Device
from app.domain.household import (
    ChangeRole,
    HouseholdChange,
    HouseholdRefusal,
    HouseholdRuling,
    InvitationHash,
    Join,
    MemberJoined,
    Remove,
    ShareSaved,
)
from app.domain.limits import Limits
from app.domain.members import OWNER, Member, Role
from app.domain.ops import AddLine, SaveLine, SetNote, SuggestLine
from app.domain.orders import OrderKey, OrderNumber, OrderState, Pay
from app.domain.outbox import outbox_of
from app.domain.placing import OrderRequest
from app.domain.position import position
from app.domain.totals import price_cart
from app.domain.verdicts import Ok, RetryCode, RetryLater
from app.live.pending_household import PendingHousehold
from app.live.pending_order import PendingOrder
from app.live.ports import DisconnectReason, HouseholdOutcome
from app.protocol.messages import (
    By,
    HouseholdMessage,
    OrderMoved,
    PatchMessage,
    Person,
    Prices,
    ServerMessage,
    Snapshot,
    Tabs,
)
from tests.domain.household_examples import BEN, CLEO, DAN, HOUSEHOLD, SHARED, done_by
from tests.examples import ADA, APPLES, CATALOG, HERE, MILK, NOON, catalog_with
from tests.live.fakes import FakeOrderObserver, FakeTab
from tests.live.harness import CartHarness, HubHarness, kinds_of

STOCKED = replace(
    done_by((OWNER, AddLine(MILK, 2)), (OWNER, SaveLine(MILK)), (BEN, AddLine(APPLES, 3))),
    outboxes={},
)


class FakeHouseholdObserver:
    """Keeps every outcome of a change of the household."""

    def __init__(self) -> None:
        self.outcomes: list[HouseholdOutcome] = []

    def settle(self, outcome: HouseholdOutcome) -> None:
        self.outcomes.append(outcome)


def tab_of(by: AccountId, name: str = "") -> FakeTab:
    """Return a tab of *by*."""
    return FakeTab(name or f"tab of {by}", by=by)


def household_of(
    saved: Cart = SHARED, **limits: int
) -> tuple[CartHarness, FakeTab, FakeTab, FakeTab]:
    """Return a harness, and a tab of the owner, of Ben and of Cleo, who are let in."""
    harness = CartHarness(saved, Limits(**limits) if limits else None)
    ada, ben, cleo = tab_of(OWNER), tab_of(BEN), tab_of(CLEO)
    harness.let_in(ada, ben, cleo)
    return harness, ada, ben, cleo


def changes(harness: CartHarness, change: HouseholdChange) -> FakeHouseholdObserver:
    """Submit *change*; return who waits for the outcome."""
    observer = FakeHouseholdObserver()
    harness.cart.submit_order(PendingHousehold(repr(change), change, observer))
    return observer


def of_kind(kind: type, messages: list[ServerMessage]) -> list[ServerMessage]:
    """Return those of *messages* that are of *kind*."""
    return [one for one in messages if type(one) is kind]


def test_everybody_is_told_who_changed_the_cart_and_whose_a_line_is() -> None:
    harness, ada, ben, cleo = household_of()

    ben.submits(harness.cart, 1, AddLine(APPLES, 1))
    ada.submits(harness.cart, 1, SetNote("Ring twice"))
    cleo.submits(harness.cart, 1, SuggestLine(MILK, 1))
    harness.saves()

    assert [tab.received[0] for tab in (ada, ben, cleo)] == [Ok(1, 2), Ok(1, 1), Ok(1, 3)]
    for tab in (ada, ben, cleo):
        (patch,) = of_kind(PatchMessage, tab.received)
        assert isinstance(patch, PatchMessage)
        assert patch.by == (
            By(ben.id, HERE, 1, "line.add", BEN),
            By(ada.id, HERE, 1, "note.set"),
            By(cleo.id, HERE, 1, "line.suggest", CLEO),
        )
        line, suggested = patch.lines[APPLES], patch.suggested
        assert line
        assert line.by == BEN
        assert suggested is not UNSET
        proposed = suggested[MILK]
        assert proposed
        assert proposed.by == CLEO


def test_each_has_outboxes_and_a_rate_of_their_own() -> None:
    harness, ada, ben, _ = household_of(burst=1, per_s=1)

    ben.submits(harness.cart, 1, AddLine(APPLES, 1))
    ada.submits(harness.cart, 1, AddLine(MILK, 1))
    ben.submits(harness.cart, 2, AddLine(APPLES, 1))
    saved = harness.saves()

    assert ben.received[:2] == [RetryLater(2, RetryCode.RATE, 1000), Ok(1, 1)]
    assert ada.received[0] == Ok(1, 2)
    assert set(saved.outboxes) == {HERE, outbox_of(BEN, HERE)}


def test_a_member_sees_nothing_that_is_saved_for_later_unless_it_is_shared() -> None:
    harness, ada, ben, _ = household_of(STOCKED)
    assert harness.cart.snapshot().cart.saved
    assert harness.cart.snapshot(BEN).cart.saved == ()
    assert harness.cart.prices(BEN).saved is UNSET

    ada.submits(harness.cart, 1, SaveLine(APPLES))
    harness.saves()
    harness.updates_catalog(catalog_with(MILK, price=9))

    for tab, is_seen in ((ada, True), (ben, False)):
        (patch,) = of_kind(PatchMessage, tab.received)
        assert isinstance(patch, PatchMessage)
        assert (patch.saved is not UNSET) == is_seen
        assert patch.lines == {APPLES: None}
        prices = [one for one in tab.take_received() if isinstance(one, Prices)]
        assert any(one.saved is not UNSET for one in prices) == is_seen

    changes(harness, ShareSaved(is_shared=True, by=OWNER))
    harness.saves()

    (shown,) = of_kind(Snapshot, ben.received)
    assert isinstance(shown, Snapshot)
    assert {line.sku for line in shown.cart.saved} == {APPLES, MILK}
    assert harness.cart.snapshot(BEN).cart.saved == shown.cart.saved


def test_who_is_removed_gets_nothing_more_not_even_what_the_same_commit_changed() -> None:
    harness, ada, ben, cleo = household_of()
    ada.submits(harness.cart, 1, AddLine(APPLES, 1))
    ben.submits(harness.cart, 1, AddLine(MILK, 1))
    observer = changes(harness, Remove(BEN, OWNER))

    harness.saves()

    assert ben.disconnects == [DisconnectReason.REMOVED]
    assert ben.received == [Ok(1, 2)], "which comes when the connection is closed already"
    assert [*harness.cart.tabs] == [ada, cleo]
    assert isinstance(observer.outcomes[0], HouseholdRuling)


def test_the_tab_of_who_was_removed_is_disconnected_with_the_reason() -> None:
    harness, ada, ben, _ = household_of()

    changes(harness, Remove(BEN, BEN))
    harness.saves()

    assert ben.disconnects == [DisconnectReason.REMOVED]
    assert kinds_of(ben.received) == []
    (told,) = of_kind(HouseholdMessage, ada.received)
    assert isinstance(told, HouseholdMessage)
    assert [person.account for person in told.people] == [ADA, CLEO]


def test_who_was_removed_on_another_node_gets_nothing_of_what_came_after() -> None:
    harness, ada, ben, _ = household_of()
    without = {CLEO: HOUSEHOLD.members[CLEO]}
    elsewhere = done_by((OWNER, AddLine(APPLES, 1)))
    household = replace(HOUSEHOLD, members=without)

    harness.cart.mark_stale()
    harness.cart.reload(replace(elsewhere, household=household, version=2))

    assert (ben.disconnects, ben.received) == ([DisconnectReason.REMOVED], [])
    assert kinds_of(ada.received) == ["Tabs", "HouseholdMessage", "Snapshot"]


def test_an_op_of_somebody_who_was_removed_meanwhile_changes_nothing() -> None:
    harness, _, ben, _ = household_of()
    changes(harness, Remove(BEN, OWNER))

    ben.submits(harness.cart, 1, AddLine(MILK, 1))
    saved = harness.saves()

    assert (saved.lines, saved.rev) == ({}, 0)


def test_one_who_joins_is_saved_with_the_invitation_and_refused_without() -> None:
    harness = CartHarness()
    member = Member("Dan", Role.EDIT, NOON)
    invitation = InvitationHash("5e55")
    first = changes(harness, Join(DAN, member, "Ada", invitation))
    harness.takes()
    assert harness.changes == (MemberJoined(ADA, DAN, NOON, invitation),)

    harness.cart.refuse()

    assert first.outcomes == [HouseholdRefusal.NOT_INVITED]
    assert harness.cart.latest.household is None
    again = changes(harness, Join(DAN, member, "Ada", invitation))
    harness.saves()
    assert isinstance(again.outcomes[0], HouseholdRuling)
    assert harness.cart.saved.household


def test_a_change_that_is_there_already_is_a_success_without_a_save() -> None:
    harness, *_ = household_of()

    observer = changes(harness, ChangeRole(BEN, Role.EDIT, OWNER))

    assert harness.writer.waiting == {}
    assert isinstance(observer.outcomes[0], HouseholdRuling)


def test_the_household_is_told_who_is_looking_and_each_counts_the_own_tabs() -> None:
    harness, ada, ben, _ = household_of()
    ben.device = Device.PHONE
    harness.cart.tabs.publish_count(ben)

    assert ben.received[0] == Tabs(1)
    assert ben.received[1] == HouseholdMessage(
        (
            Person(ADA, "Ada", (Device.COMPUTER,)),
            Person(BEN, "Ben", (Device.PHONE,), Role.EDIT),
            Person(CLEO, "Cleo", (Device.COMPUTER,), Role.SUGGEST),
        ),
        shares_saved=False,
    )
    assert harness.peers.people[-1] == {
        OWNER: (Device.COMPUTER,),
        BEN: (Device.PHONE,),
        CLEO: (Device.COMPUTER,),
    }

    ada.take_received()
    harness.cart.tabs.on_remote_count("w2", 1, {BEN: (Device.TABLET,)})

    count, told = ada.received
    assert count == Tabs(1)
    assert isinstance(told, HouseholdMessage)
    assert told.people[1].here == (Device.PHONE, Device.TABLET)
    assert ben.received[-2:] == [Tabs(2), told]


def test_too_many_tabs_of_one_are_no_trouble_to_the_others() -> None:
    harness, ada, ben, cleo = household_of(sockets=3)

    more = [tab_of(BEN, f"more {n}") for n in range(3)]
    harness.let_in(*more)

    assert ben.disconnects == [DisconnectReason.CROWDED_OUT]
    assert [*harness.cart.tabs] == [ada, cleo, *more]
    assert harness.cart.tabs.enter(FakeTab(more[0].id, by=CLEO))
    assert more[0].disconnects == []


def test_an_order_is_told_to_who_placed_it_and_the_others_see_that_it_was() -> None:
    harness, ada, ben, _ = household_of(STOCKED)
    observer = FakeOrderObserver()

    harness.cart.submit_order(PendingOrder.purchase(order_by(BEN, STOCKED), observer))
    saved = harness.saves()

    assert observer.order.account == BEN
    assert saved.lines == {}
    assert of_kind(OrderMoved, ben.received)
    assert not of_kind(OrderMoved, ada.received)
    (patch,) = of_kind(PatchMessage, ada.received)
    assert isinstance(patch, PatchMessage)
    assert patch.by == (By(None, None, None, "order", BEN),)


def test_of_two_orders_at_once_one_is_placed_and_the_other_finds_an_empty_cart() -> None:
    harness, *_ = household_of(STOCKED)
    first, second = FakeOrderObserver(), FakeOrderObserver()

    harness.cart.submit_order(PendingOrder.purchase(order_by(BEN, STOCKED), first))
    harness.cart.submit_order(PendingOrder.purchase(order_by(OWNER, STOCKED), second))
    harness.saves()

    assert first.order.account == BEN
    assert [getattr(one, "why", None) for one in second.received] == ["stale"]


def test_who_may_only_suggest_orders_nothing() -> None:
    harness, *_ = household_of(STOCKED)
    observer = FakeOrderObserver()

    harness.cart.submit_order(PendingOrder.purchase(order_by(CLEO, STOCKED), observer))

    assert [getattr(one, "why", None) for one in observer.received] == ["not_allowed"]


async def test_a_members_orders_are_told_to_the_member_in_whichever_cart() -> None:
    harness, ada, ben = HubHarness(), tab_of(OWNER), tab_of(BEN)
    harness.disk.carts[ADA] = STOCKED
    await harness.enters(ada)
    cart = await harness.enters(ben)
    harness.hub.begin_visit(ben)
    moved = OrderMoved(OrderNumber("7QK4-M2XD"), OrderState.PACKED)
    own = OrderMoved(OrderNumber("3C8K-0QWE"), OrderState.PACKED)

    harness.hub.publish([(BEN, moved), (ADA, own)])
    harness.hub.leave(cart, ben)
    harness.hub.publish([(BEN, moved)])

    assert of_kind(OrderMoved, ben.received) == [moved]
    assert of_kind(OrderMoved, ada.received) == [own]


async def test_a_member_who_comes_back_is_not_believed_to_be_new() -> None:
    harness, ben = HubHarness(Limits(burst=1, per_s=1)), tab_of(BEN)
    harness.disk.carts[ADA] = SHARED
    harness.disk.lasts[ADA, ben.outbox] = 7
    cart = await harness.enters(ben)

    assert cart.last(ben.outbox) == 7

    ben.submits(cart, 8, AddLine(APPLES, 1))
    harness.saves()
    harness.hub.leave(cart, ben)
    again = FakeTab("again", by=BEN)
    cart = await harness.enters(again)
    again.submits(cart, 9, AddLine(APPLES, 1))
    assert again.received == [RetryLater(9, RetryCode.RATE, 1000)]


def order_by(by: AccountId, cart: Cart) -> OrderRequest:
    """Return the request of *by* to order *cart*."""
    _, totals = price_cart(cart, CATALOG, NOON)
    deliver = Address("Ben", "1 High Street", "", "Leeds", "LS1 1UR")
    number = OrderNumber(f"number of {by or 'Ada'}")
    key = OrderKey("the same key")
    return OrderRequest(key, number, position(cart), totals.total, deliver, Pay.ON_DELIVERY, by=by)
