"""Orders wait among the ops of a cart: answered once saved, ruled on again if not."""

from dataclasses import replace

from msgspec import structs

from app.domain.accounts import AccountId
from app.domain.addresses import Address
from app.domain.ops import AddLine, SetNote, SetVoucher, Undo
from app.domain.orders import CancelOrder, Order, OrderNumber, OrderState, PlaceOrder
from app.domain.placing import OrderRequest, Rejected, RejectReason
from app.domain.position import position
from app.domain.verdicts import Code, No, Ok
from app.domain.vouchers import ShownVoucher, VoucherState
from app.live.cart import LiveCart
from app.live.pending_order import MOST_REFUSALS, PendingOrder
from app.live.ports import Unresolved
from app.live.sync_state import SyncState
from app.protocol.messages import BY_ORDER, OrderMoved, PatchMessage, Prices
from tests.buying import request
from tests.examples import (
    ADA,
    APPLES,
    CATALOG,
    EMPTY,
    MILK,
    TENTH,
    after,
    catalog_with,
    catalog_with_voucher,
)
from tests.live.fakes import FakeOrderObserver, another_tab
from tests.live.harness import CartHarness, HubHarness, kinds_of

TWO_MILK = after(AddLine(MILK, 2))
ELSEWHERE = Address("Bob", "2 Mill Lane", "", "Bath", "BA1 1AA")


def buys(cart: LiveCart, what: OrderRequest | None = None) -> FakeOrderObserver:
    """Submit *what*, by default an order of the whole cart; return its observer."""
    observer = FakeOrderObserver()
    cart.submit_order(PendingOrder.purchase(what or request(cart.latest), observer))
    return observer


def cancels(cart: LiveCart, order: Order) -> FakeOrderObserver:
    """Cancel *order*; return the observer of that."""
    observer = FakeOrderObserver()
    cart.submit_order(PendingOrder.cancellation(order, observer))
    return observer


def bought(harness: CartHarness) -> Order:
    """Order all that is in the cart, and save it."""
    observer = buys(harness.cart)
    harness.saves()
    return observer.order


def test_an_order_is_answered_after_its_save_and_after_the_patches_of_the_tabs() -> None:
    harness, here = CartHarness(TWO_MILK), another_tab()
    harness.let_in(here)

    observer = buys(harness.cart)
    assert (observer.received, here.received) == ([], [])
    harness.saves()

    order = observer.order
    assert harness.changes == (PlaceOrder(order, None),)
    assert kinds_of(here.received) == ["PatchMessage", "OrderMoved"]
    assert isinstance(here.received[0], PatchMessage)
    assert (here.received[0].by, here.received[0].lines) == ((BY_ORDER,), {MILK: None})
    assert here.received[1] == OrderMoved(order.number, OrderState.PLACED)
    assert (harness.cart.saved.lines, harness.cart.saved.rev) == ({}, TWO_MILK.rev + 1)


def test_an_order_and_the_ops_saved_with_it_make_one_patch() -> None:
    harness, here = CartHarness(TWO_MILK), another_tab()
    harness.let_in(here)
    here.submits(harness.cart, 1, AddLine(APPLES, 1))
    first = buys(harness.cart)
    here.submits(harness.cart, 2, AddLine(APPLES, 3))
    second = buys(harness.cart, request(harness.cart.latest, key="key-2", number="2222-2222"))
    here.submits(harness.cart, 3, SetNote("Ring twice"))

    harness.saves()

    numbers = [order.number for order in (first.order, second.order)]
    placed = [OrderMoved(number, OrderState.PLACED) for number in numbers]
    verdicts, patch, orders = here.received[:3], here.received[3], here.received[4:]
    assert (verdicts, orders) == ([Ok(1, 2), Ok(2, 4), Ok(3, 6)], placed)
    assert isinstance(patch, PatchMessage)
    assert (patch.prev, patch.rev, patch.at) == (1, 6, position(harness.cart.saved))
    assert [by.n for by in patch.by] == [1, None, 2, None, 3]
    assert patch.by[1] == patch.by[3] == BY_ORDER
    assert (patch.lines, patch.note) == ({MILK: None, APPLES: None}, "Ring twice")
    ((_, _, change),) = harness.peers.commits
    assert change
    assert (change.by, change.orders) == (patch.by, tuple(placed))


def test_an_order_is_saved_once() -> None:
    harness = CartHarness(TWO_MILK)
    bought(harness)
    another_tab().submits(harness.cart, 1, AddLine(MILK, 1))

    harness.saves()

    assert harness.changes == ()


def test_a_rejected_order_is_answered_at_once_and_not_saved() -> None:
    harness = CartHarness(EMPTY)

    (refusal,) = buys(harness.cart).received

    assert isinstance(refusal, Rejected)
    assert refusal.why is RejectReason.EMPTY
    assert harness.writer.waiting == {}


def test_a_rejection_waits_for_earlier_ops() -> None:
    harness, here = CartHarness(TWO_MILK), another_tab()
    here.submits(harness.cart, 1, AddLine(MILK, 1))

    observer = buys(harness.cart, request(TWO_MILK))
    assert observer.received == []
    harness.saves()

    (refusal,) = observer.received
    assert isinstance(refusal, Rejected)
    assert (refusal.why, refusal.at) == (RejectReason.STALE, position(harness.cart.saved))


def test_two_requests_with_one_key_get_one_order() -> None:
    harness = CartHarness(TWO_MILK)
    what = request(TWO_MILK)
    observers = [
        buys(harness.cart, what),
        buys(harness.cart, what._replace(number=OrderNumber("X"))),
    ]

    harness.saves()

    assert observers[0].order == observers[1].order
    assert observers[0].order.number == what.number
    assert len(harness.changes) == 1


def test_a_key_reused_with_another_address_is_rejected() -> None:
    harness = CartHarness(TWO_MILK)
    buys(harness.cart)

    other = buys(harness.cart, request(TWO_MILK, deliver=ELSEWHERE))

    assert other.received == [Unresolved.REUSED]


def test_an_op_after_an_order_is_applied_to_the_emptied_cart() -> None:
    harness, here = CartHarness(TWO_MILK), another_tab()
    observer = buys(harness.cart)
    here.submits(harness.cart, 1, AddLine(MILK, 1))
    here.submits(harness.cart, 2, Undo())
    here.submits(harness.cart, 3, Undo())

    saved = harness.saves()

    assert observer.order.lines[0].qty == 2
    assert saved.lines == {}
    assert here.received[:2] == [Ok(1, 3), Ok(2, 4)]
    assert here.received[2] == No(3, Code.NOTHING_TO_UNDO, (), 4)


def test_an_order_with_a_stock_conflict_is_ruled_on_again_with_all_pending_ops() -> None:
    harness, here = CartHarness(TWO_MILK), another_tab()
    harness.let_in(here)
    here.submits(harness.cart, 1, AddLine(APPLES, 1))
    observer = buys(harness.cart)
    here.submits(harness.cart, 2, AddLine(APPLES, 4))
    harness.takes()
    harness.updates_catalog(catalog_with(MILK, stock=1))
    here.take_received()

    harness.cart.refuse()
    assert (observer.received, here.received) == ([], [])
    saved = harness.saves()

    (refusal,) = observer.received
    assert isinstance(refusal, Rejected)
    assert (refusal.why, harness.changes) == (RejectReason.SHORT, ())
    assert [one for one in here.received if isinstance(one, Ok)] == [Ok(1, 2), Ok(2, 3)]
    assert (saved.lines[MILK].qty, saved.lines[APPLES].qty) == (2, 5)


def test_an_order_with_a_temporary_conflict_is_saved_in_the_end() -> None:
    harness = CartHarness(TWO_MILK)
    observer = buys(harness.cart)
    harness.takes()

    harness.cart.refuse()
    harness.saves()

    assert harness.changes == (PlaceOrder(observer.order, None),)


def test_an_order_that_conflicts_repeatedly_is_answered_unresolved() -> None:
    harness, there = CartHarness(TWO_MILK), another_tab()
    observer = buys(harness.cart)
    there.submits(harness.cart, 1, AddLine(APPLES, 1))

    for _ in range(MOST_REFUSALS):
        assert observer.received == []
        harness.takes()
        harness.cart.refuse()
    saved = harness.saves()

    assert observer.received == [Unresolved.LATER]
    assert harness.changes == ()
    assert (saved.lines[MILK].qty, saved.lines[APPLES].qty) == (2, 1)


def test_an_order_over_a_cart_saved_elsewhere_is_ruled_on_again() -> None:
    harness = CartHarness(TWO_MILK)
    observer = buys(harness.cart)
    harness.takes()
    elsewhere = structs.replace(after(AddLine(MILK, 1), cart=TWO_MILK), version=1)

    harness.cart.mark_stale()
    harness.cart.reload(elsewhere)

    (refusal,) = observer.received
    assert isinstance(refusal, Rejected)
    assert (refusal.why, refusal.at) == (RejectReason.STALE, position(elsewhere))


def test_an_order_waits_for_the_reload_of_its_cart() -> None:
    harness = CartHarness(TWO_MILK)
    harness.cart.mark_stale()

    observer, refused = buys(harness.cart), buys(harness.cart, request(EMPTY, key="other"))
    assert (observer.received, refused.received, harness.writer.waiting) == ([], [], {})
    harness.cart.reload(structs.replace(TWO_MILK, version=1))
    harness.saves()

    assert observer.order.lines[0].qty == 2
    assert len(refused.received) == 1


def test_an_order_of_unknown_outcome_is_answered_unresolved() -> None:
    harness = CartHarness(TWO_MILK)
    observer = buys(harness.cart)
    harness.takes()

    harness.cart.mark_unknown()
    meanwhile = buys(harness.cart)

    assert observer.received == meanwhile.received == [Unresolved.LATER]
    assert harness.cart.latest == TWO_MILK


def test_an_order_of_a_lost_cart_is_answered_unresolved() -> None:
    harness = CartHarness(TWO_MILK)
    observer = buys(harness.cart)

    harness.cart.lose()
    late = buys(harness.cart, request(TWO_MILK, key="other"))

    assert harness.cart.sync_state is SyncState.LOST
    assert observer.received == late.received == [Unresolved.LATER]


def test_a_cancelled_order_restores_its_voucher_use_and_the_tabs_get_its_state() -> None:
    harness, here = CartHarness(after(AddLine(MILK, 2), SetVoucher(TENTH))), another_tab()
    harness.updates_catalog(catalog_with_voucher(replace(CATALOG.vouchers[TENTH], uses_each=1)))
    order = bought(harness)
    here.submits(harness.cart, 1, SetVoucher(TENTH))
    harness.saves()
    harness.let_in(here)
    here.take_received()

    observer = cancels(harness.cart, order)
    assert (observer.received, here.received) == ([], [])
    harness.saves()

    (prices,) = here.received
    assert isinstance(prices, Prices)
    assert isinstance(prices.voucher, ShownVoucher)
    assert prices.voucher.state is VoucherState.OK
    assert observer.order == order._replace(state=OrderState.CANCELLED)
    assert (harness.changes, harness.cart.saved.used) == ((CancelOrder(order),), {})


def test_an_order_cancelled_twice_is_cancelled_once() -> None:
    harness = CartHarness(TWO_MILK)
    order = bought(harness)
    observers = [cancels(harness.cart, order), cancels(harness.cart, order)]

    harness.saves()

    assert harness.changes == (CancelOrder(order),)
    assert observers[0].order == observers[1].order


def test_cancelling_an_order_that_moved_on_is_rejected_and_the_rest_is_saved() -> None:
    harness, here = CartHarness(TWO_MILK), another_tab()
    order = bought(harness)
    here.submits(harness.cart, 1, AddLine(MILK, 1))
    observer = cancels(harness.cart, order)
    harness.takes()

    harness.cart.refuse()
    saved = harness.saves()

    assert observer.received == [Unresolved.OVERTAKEN]
    assert (harness.changes, saved.lines[MILK].qty) == ((), 1)


async def test_a_hub_passes_conflicts_to_their_carts_and_closes_idle_carts() -> None:
    harness = HubHarness()
    harness.disk.carts[ADA] = TWO_MILK
    async with harness.hub.borrow(ADA, None) as cart:
        observer = buys(cart)
    assert harness.hub.open_carts == 1
    harness.writer.takes()
    harness.hub.update_catalog(2, catalog_with(MILK, stock=0))

    harness.hub.refuse([ADA, AccountId("u-nobody")])

    assert len(observer.received) == 1
    assert harness.hub.open_carts == 0


async def test_the_tabs_of_an_account_get_the_new_state_of_an_order() -> None:
    message = OrderMoved(OrderNumber("7QK4-M2XD"), OrderState.PACKED)
    harness, here = HubHarness(), another_tab()
    await harness.enters(here)
    here.take_received()

    harness.hub.publish([(ADA, message), (AccountId("u-nobody"), message)])

    assert here.received == [message]
