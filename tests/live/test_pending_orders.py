"""Orders wait among the ops of a cart: answered once saved, ruled on again if not."""

from dataclasses import replace

from app.domain.addresses import Address
from app.domain.cart import AccountId
from app.domain.ops import AddLine, SetVoucher, Undo
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
from tests.live.harness import Around, AroundHub, kinds_of

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


def bought(around: Around) -> Order:
    """Order all that is in the cart, and save it."""
    observer = buys(around.cart)
    around.saves()
    return observer.order


def test_an_order_is_answered_after_its_save_and_after_the_patches_of_the_tabs() -> None:
    around, here = Around(TWO_MILK), another_tab()
    around.let_in(here)

    observer = buys(around.cart)
    assert (observer.received, here.received) == ([], [])
    around.saves()

    order = observer.order
    assert around.changes == (PlaceOrder(order, None),)
    assert kinds_of(here.received) == ["PatchMessage", "OrderMoved"]
    assert isinstance(here.received[0], PatchMessage)
    assert (here.received[0].by, here.received[0].lines) == (BY_ORDER, {MILK: None})
    assert here.received[1] == OrderMoved(order.number, OrderState.PLACED)
    assert (around.cart.saved.lines, around.cart.saved.rev) == ({}, TWO_MILK.rev + 1)


def test_an_order_is_saved_once() -> None:
    around = Around(TWO_MILK)
    bought(around)
    another_tab().submits(around.cart, 1, AddLine(MILK, 1))

    around.saves()

    assert around.changes == ()


def test_a_rejected_order_is_answered_at_once_and_not_saved() -> None:
    around = Around(EMPTY)

    (refusal,) = buys(around.cart).received

    assert isinstance(refusal, Rejected)
    assert refusal.why is RejectReason.EMPTY
    assert around.writer.waiting == {}


def test_a_rejection_waits_for_earlier_ops() -> None:
    around, here = Around(TWO_MILK), another_tab()
    here.submits(around.cart, 1, AddLine(MILK, 1))

    observer = buys(around.cart, request(TWO_MILK))
    assert observer.received == []
    around.saves()

    (refusal,) = observer.received
    assert isinstance(refusal, Rejected)
    assert (refusal.why, refusal.at) == (RejectReason.STALE, position(around.cart.saved))


def test_two_requests_with_one_key_get_one_order() -> None:
    around = Around(TWO_MILK)
    what = request(TWO_MILK)
    observers = [buys(around.cart, what), buys(around.cart, what._replace(number=OrderNumber("X")))]

    around.saves()

    assert observers[0].order == observers[1].order
    assert observers[0].order.number == what.number
    assert len(around.changes) == 1


def test_a_key_reused_with_another_address_is_rejected() -> None:
    around = Around(TWO_MILK)
    buys(around.cart)

    other = buys(around.cart, request(TWO_MILK, deliver=ELSEWHERE))

    assert other.received == [Unresolved.REUSED]


def test_an_op_after_an_order_is_applied_to_the_emptied_cart() -> None:
    around, here = Around(TWO_MILK), another_tab()
    observer = buys(around.cart)
    here.submits(around.cart, 1, AddLine(MILK, 1))
    here.submits(around.cart, 2, Undo())
    here.submits(around.cart, 3, Undo())

    saved = around.saves()

    assert observer.order.lines[0].qty == 2
    assert saved.lines == {}
    assert here.received[:2] == [Ok(1, 3), Ok(2, 4)]
    assert here.received[2] == No(3, Code.NOTHING_TO_UNDO, (), 4)


def test_an_order_with_a_stock_conflict_is_ruled_on_again_with_all_pending_ops() -> None:
    around, here = Around(TWO_MILK), another_tab()
    around.let_in(here)
    here.submits(around.cart, 1, AddLine(APPLES, 1))
    observer = buys(around.cart)
    here.submits(around.cart, 2, AddLine(APPLES, 4))
    around.takes()
    around.updates_catalog(catalog_with(MILK, stock=1))
    here.take_received()

    around.cart.refuse()
    assert (observer.received, here.received) == ([], [])
    saved = around.saves()

    (refusal,) = observer.received
    assert isinstance(refusal, Rejected)
    assert (refusal.why, around.changes) == (RejectReason.SHORT, ())
    assert [one for one in here.received if isinstance(one, Ok)] == [Ok(1, 2), Ok(2, 3)]
    assert (saved.lines[MILK].qty, saved.lines[APPLES].qty) == (2, 5)


def test_an_order_with_a_temporary_conflict_is_saved_in_the_end() -> None:
    around = Around(TWO_MILK)
    observer = buys(around.cart)
    around.takes()

    around.cart.refuse()
    around.saves()

    assert around.changes == (PlaceOrder(observer.order, None),)


def test_an_order_that_conflicts_repeatedly_is_answered_unresolved() -> None:
    around, there = Around(TWO_MILK), another_tab()
    observer = buys(around.cart)
    there.submits(around.cart, 1, AddLine(APPLES, 1))

    for _ in range(MOST_REFUSALS):
        assert observer.received == []
        around.takes()
        around.cart.refuse()
    saved = around.saves()

    assert observer.received == [Unresolved.LATER]
    assert around.changes == ()
    assert (saved.lines[MILK].qty, saved.lines[APPLES].qty) == (2, 1)


def test_an_order_over_a_cart_saved_elsewhere_is_ruled_on_again() -> None:
    around = Around(TWO_MILK)
    observer = buys(around.cart)
    around.takes()
    elsewhere = after(AddLine(MILK, 1), cart=TWO_MILK)._replace(version=1)

    around.cart.mark_stale()
    around.cart.reload(elsewhere)

    (refusal,) = observer.received
    assert isinstance(refusal, Rejected)
    assert (refusal.why, refusal.at) == (RejectReason.STALE, position(elsewhere))


def test_an_order_waits_for_the_reload_of_its_cart() -> None:
    around = Around(TWO_MILK)
    around.cart.mark_stale()

    observer, refused = buys(around.cart), buys(around.cart, request(EMPTY, key="other"))
    assert (observer.received, refused.received, around.writer.waiting) == ([], [], {})
    around.cart.reload(TWO_MILK._replace(version=1))
    around.saves()

    assert observer.order.lines[0].qty == 2
    assert len(refused.received) == 1


def test_an_order_of_unknown_outcome_is_answered_unresolved() -> None:
    around = Around(TWO_MILK)
    observer = buys(around.cart)
    around.takes()

    around.cart.mark_unknown()
    meanwhile = buys(around.cart)

    assert observer.received == meanwhile.received == [Unresolved.LATER]
    assert around.cart.latest == TWO_MILK


def test_an_order_of_a_lost_cart_is_answered_unresolved() -> None:
    around = Around(TWO_MILK)
    observer = buys(around.cart)

    around.cart.lose()
    late = buys(around.cart, request(TWO_MILK, key="other"))

    assert around.cart.sync_state is SyncState.LOST
    assert observer.received == late.received == [Unresolved.LATER]


def test_a_cancelled_order_restores_its_voucher_use_and_the_tabs_get_its_state() -> None:
    around, here = Around(after(AddLine(MILK, 2), SetVoucher(TENTH))), another_tab()
    around.updates_catalog(catalog_with_voucher(replace(CATALOG.vouchers[TENTH], uses_each=1)))
    order = bought(around)
    here.submits(around.cart, 1, SetVoucher(TENTH))
    around.saves()
    around.let_in(here)
    here.take_received()

    observer = cancels(around.cart, order)
    assert (observer.received, here.received) == ([], [])
    around.saves()

    (prices,) = here.received
    assert isinstance(prices, Prices)
    assert isinstance(prices.voucher, ShownVoucher)
    assert prices.voucher.state is VoucherState.OK
    assert observer.order == order._replace(state=OrderState.CANCELLED)
    assert (around.changes, around.cart.saved.used) == ((CancelOrder(order),), {})


def test_an_order_cancelled_twice_is_cancelled_once() -> None:
    around = Around(TWO_MILK)
    order = bought(around)
    observers = [cancels(around.cart, order), cancels(around.cart, order)]

    around.saves()

    assert around.changes == (CancelOrder(order),)
    assert observers[0].order == observers[1].order


def test_cancelling_an_order_that_moved_on_is_rejected_and_the_rest_is_saved() -> None:
    around, here = Around(TWO_MILK), another_tab()
    order = bought(around)
    here.submits(around.cart, 1, AddLine(MILK, 1))
    observer = cancels(around.cart, order)
    around.takes()

    around.cart.refuse()
    saved = around.saves()

    assert observer.received == [Unresolved.OVERTAKEN]
    assert (around.changes, saved.lines[MILK].qty) == ((), 1)


async def test_a_hub_passes_conflicts_to_their_carts_and_closes_idle_carts() -> None:
    around = AroundHub()
    around.disk.carts[ADA] = TWO_MILK
    async with around.hub.borrow(ADA, None) as cart:
        observer = buys(cart)
    assert around.hub.open_carts == 1
    around.writer.takes()
    around.hub.update_catalog(2, catalog_with(MILK, stock=0))

    around.hub.refuse([ADA, AccountId("u-nobody")])

    assert len(observer.received) == 1
    assert around.hub.open_carts == 0


async def test_the_tabs_of_an_account_get_the_new_state_of_an_order() -> None:
    message = OrderMoved(OrderNumber("7QK4-M2XD"), OrderState.PACKED)
    around, here = AroundHub(), another_tab()
    await around.enters(here)
    here.take_received()

    around.hub.publish_orders([(ADA, message), (AccountId("u-nobody"), message)])

    assert here.received == [message]
