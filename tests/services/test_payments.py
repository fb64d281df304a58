"""Payments by card: from the hosted page to the refund, and whatever goes wrong in between."""

import asyncio

import pytest

from app.domain.catalog import Money
from app.domain.errors import DatabaseUnavailable
from app.domain.orders import Order, OrderState, Pay
from app.domain.payments import ASK_EVERY_S, PAYABLE_S, Payment, PaymentState
from app.domain.refunds import Refund, RefundState
from app.services.checkout import CardsNotTaken, Checkout, PlacedOrder
from app.services.payments.guarded import MOST_FAILURES, OPEN_S, CallCounts, GuardedProvider
from app.services.payments.provider import ProviderRefused, ProviderUnavailable
from app.services.payments.reconciler import POLL_EVERY_S
from app.store.orders import find_order_by_number, move_on
from app.store.payment_work import CLAIM_S, claim_work, count_unsettled
from app.store.payments import find_payment, note_event
from app.store.refunds import add_refund, list_refunds
from app.store.wakes import Woken
from tests.services.fake_provider import FakeProvider
from tests.services.shop import Services
from tests.services.test_checkout import MILK, cart_of, request_of, shopper


async def ordered(services: Services) -> Order:
    """Return an order of a new shopper that awaits payment by card."""
    ada = await shopper(services)
    request = (await request_of(services, ada))._replace(pay=Pay.CARD)
    placed = await services.checkout.place(ada, request)
    assert isinstance(placed, PlacedOrder)
    return placed.order


async def paid(services: Services) -> Order:
    """Return an order that was paid on the hosted page, which is known here."""
    order = await ordered(services)
    assert services.provider.pay(order.number)
    await later(services)
    return await current(services, order)


async def packed(services: Services, order: Order) -> Order:
    """Return the order after staff have packed it; the money is not taken yet."""
    await services.database.write(move_on, order, int(services.clock.at_s))
    return await current(services, order)


async def current(services: Services, order: Order) -> Order:
    found = await services.database.read(find_order_by_number, order.number)
    assert isinstance(found, Order)
    return found


async def payment_of(services: Services, order: Order) -> Payment:
    found = await services.database.read(find_payment, order.number)
    assert isinstance(found, Payment)
    return found


async def state(services: Services, order: Order) -> tuple[OrderState, PaymentState]:
    return (await current(services, order)).state, (await payment_of(services, order)).state


async def later(services: Services, seconds: float = ASK_EVERY_S) -> None:
    """Let time pass, and then have done what is due."""
    services.clock.at_s += seconds
    await services.reconciler.take_due()


async def refund(services: Services, order: Order, amount: int) -> bool:
    """Have staff give *amount* back; return whether it was accepted."""
    nr = len(await services.database.read(list_refunds, order.number)) + 1
    reason, now_s = "Two were bruised.", int(services.clock.at_s)
    wanted = Refund(order.number, nr, Money(amount), reason, None, now_s)
    done: bool = await services.database.write(add_refund, wanted)
    return done


async def stock_of_milk(services: Services) -> int:
    await services.live.catalog.refresh()
    return services.live.hub.context.catalog.today.products[MILK].stock


async def test_an_order_by_card_takes_stock_at_once_and_is_placed_when_it_is_paid(
    services: Services,
) -> None:
    before = await stock_of_milk(services)
    order = await ordered(services)
    page = services.provider.pages[order.number]

    assert (order.state, order.pay) == (OrderState.AWAITING_PAYMENT, Pay.CARD)
    assert (page.amount, page.currency) == (order.totals.total, order.totals.currency)
    assert page.paid_url == f"http://localhost/orders/{order.number}/paid"
    assert await stock_of_milk(services) == before - 2
    assert (await cart_of(services, order.account)).lines == {}

    services.provider.pay(order.number)
    await later(services)

    assert await state(services, order) == (OrderState.PLACED, PaymentState.AUTHORISED)
    assert await services.database.read(count_unsettled) == (0, 0)


async def test_without_a_provider_or_with_one_that_is_away_the_cart_stays_as_it_is(
    services: Services,
) -> None:
    ada = await shopper(services)
    request = (await request_of(services, ada))._replace(pay=Pay.CARD)
    checkout = services.checkout
    without = Checkout(checkout.database, checkout.hub, None, checkout.limiter, checkout.draw)
    services.provider.is_away = True

    with pytest.raises(CardsNotTaken):
        await without.place(ada, request)
    with pytest.raises(ProviderUnavailable):
        await checkout.place(ada, request)

    assert MILK in (await cart_of(services, ada)).lines
    on_delivery = await checkout.place(ada, request._replace(pay=Pay.ON_DELIVERY))
    assert isinstance(on_delivery, PlacedOrder)


async def test_the_shopper_who_comes_back_is_told_what_the_provider_says_now(
    services: Services,
) -> None:
    order = await ordered(services)
    cards = services.checkout.cards
    assert cards

    waiting = await cards.ask(order.number)
    services.provider.pay(order.number)
    known = await cards.ask(order.number)
    asked = len(services.provider.calls)
    again = await cards.ask(order.number)

    states = [payment.state for payment in (waiting, known) if payment]
    assert states == [PaymentState.CREATED, PaymentState.AUTHORISED]
    assert again == known
    assert len(services.provider.calls) == asked
    assert (await current(services, order)).state is OrderState.PLACED


@pytest.mark.parametrize("is_away", [False, True])
async def test_an_order_that_is_not_paid_in_time_gives_everything_back(
    services: Services, *, is_away: bool
) -> None:
    before = await stock_of_milk(services)
    order = await ordered(services)

    await later(services, PAYABLE_S - 1)
    assert (await current(services, order)).state is OrderState.AWAITING_PAYMENT
    services.provider.is_away = is_away
    await later(services, 1)
    await later(services)

    assert (await current(services, order)).state is OrderState.CANCELLED
    assert await stock_of_milk(services) == before
    services.provider.is_away = False
    await later(services, 60)
    assert await state(services, order) == (OrderState.CANCELLED, PaymentState.EXPIRED)
    assert not services.provider.pay(order.number)


async def test_money_that_comes_for_a_cancelled_order_is_released(services: Services) -> None:
    order = await ordered(services)
    services.provider.pay(order.number)

    await services.checkout.cancel_while_placed(order)
    await services.reconciler.take_due()

    assert await state(services, order) == (OrderState.CANCELLED, PaymentState.VOIDED)


async def test_money_is_taken_once_packed_even_if_the_answer_is_lost(services: Services) -> None:
    order = await packed(services, await paid(services))
    services.provider.loses_answers = True

    await services.reconciler.take_due()
    assert (await payment_of(services, order)).state is PaymentState.AUTHORISED
    services.provider.loses_answers = False
    await later(services)

    payment = await payment_of(services, order)
    assert (payment.state, payment.captured) == (PaymentState.CAPTURED, order.totals.total)
    captures = [call for call in services.provider.calls if call[0] == "capture"]
    assert len(captures) == 2


async def test_what_goes_back_before_packing_is_not_taken_and_afterwards_is_refunded(
    services: Services,
) -> None:
    order = await paid(services)
    total = order.totals.total

    assert not await refund(services, order, total + 1)
    assert await refund(services, order, 100)
    await services.reconciler.take_due()
    order = await packed(services, order)
    await services.reconciler.take_due()
    assert (await payment_of(services, order)).captured == total - 100

    assert not await refund(services, order, total - 99)
    assert await refund(services, order, 50)
    assert not await refund(services, order, total - 149)
    await services.reconciler.take_due()

    payment = await payment_of(services, order)
    refunds = await services.database.read(list_refunds, order.number)
    assert (payment.captured, payment.refunded) == (total - 100, 50)
    assert [one.state for one in refunds] == [RefundState.DEDUCTED, RefundState.DONE]


async def test_an_order_of_which_all_goes_back_before_packing_takes_nothing(
    services: Services,
) -> None:
    order = await paid(services)

    assert await refund(services, order, order.totals.total)
    order = await packed(services, order)
    await services.reconciler.take_due()

    assert await state(services, order) == (OrderState.PACKED, PaymentState.VOIDED)


async def test_a_packed_order_that_is_cancelled_gives_back_what_is_left_once(
    services: Services,
) -> None:
    order = await packed(services, await paid(services))
    await services.reconciler.take_due()
    await refund(services, order, 30)
    await services.checkout.cancel(order)
    services.provider.loses_answers = True
    await services.reconciler.take_due()
    services.provider.loses_answers = False

    services.provider.refund_keys.clear()  # as after a day
    await later(services, 60)
    await later(services, 60)

    payment = await payment_of(services, order)
    assert (payment.state, payment.refunded) == (PaymentState.REFUNDED, order.totals.total)
    assert services.provider.known[order.number].refunded == order.totals.total
    assert await services.database.read(count_unsettled) == (0, 0)


async def test_what_a_provider_tells_twice_is_asked_about_once(services: Services) -> None:
    order = await paid(services)
    services.provider.calls.clear()

    told = [
        await services.database.write(note_event, event, order.number, "paid", 1)
        for event in ("ev-1", "ev-1", "ev-2")
    ]
    await services.reconciler.take_due()
    await services.reconciler.take_due()

    assert told == [True, False, True]
    assert services.provider.calls == [("status", order.number)]


async def test_a_step_is_taken_by_one_server_until_its_claim_ends(services: Services) -> None:
    order = await packed(services, await paid(services))
    now_s = int(services.clock.at_s)

    first = await services.database.write(claim_work, now_s, 4)
    second = await services.database.write(claim_work, now_s, 4)
    third = await services.database.write(claim_work, now_s + CLAIM_S, 4)

    assert [work.payment.order for work in first] == [order.number]
    assert second == []
    assert third == first


async def test_a_call_that_is_refused_is_made_again_later_unless_the_status_is_new(
    services: Services,
) -> None:
    order = await packed(services, await paid(services))
    known = services.provider.known[order.number]
    services.provider.known[order.number] = known._replace(state=PaymentState.CREATED)

    await services.reconciler.take_due()
    assert await services.database.read(count_unsettled) == (1, 1)

    services.provider.known[order.number] = known._replace(state=PaymentState.VOIDED)
    await later(services)
    assert await state(services, order) == (OrderState.PACKED, PaymentState.VOIDED)
    assert await services.database.read(count_unsettled) == (0, 0)


async def test_an_expired_order_whose_cancellation_cannot_be_saved_is_cancelled_later(
    services: Services,
) -> None:
    order = await ordered(services)
    services.database.writes_fail = True
    with pytest.raises(DatabaseUnavailable):
        await later(services, PAYABLE_S)
    services.database.writes_fail = False

    await later(services, CLAIM_S)

    assert await state(services, order) == (OrderState.CANCELLED, PaymentState.EXPIRED)


async def test_a_provider_that_fails_is_left_alone_for_a_while(
    services: Services,
) -> None:
    fake = FakeProvider(is_away=True)
    counts = CallCounts()
    provider = GuardedProvider(fake, services.clock.now_s, counts)
    payment = await payment_of(services, await ordered(services))
    fake.known[payment.page.id] = services.provider.known[payment.page.id]

    for _ in range(MOST_FAILURES + 5):
        with pytest.raises(ProviderUnavailable):
            await provider.status(payment)
    assert (len(fake.calls), provider.is_away) == (MOST_FAILURES, True)

    services.clock.at_s += OPEN_S
    fake.is_away = False
    with pytest.raises(ProviderRefused):
        await provider.void(payment)
    assert not provider.is_away
    assert counts == {
        ("status", "unavailable"): MOST_FAILURES,
        ("status", "kept_back"): 5,
        ("void", "refused"): 1,
    }


async def test_an_idle_reconciler_waits_until_work_is_committed_here_or_due(
    services: Services,
) -> None:
    order = await paid(services)
    services.database.on_commit(Woken.PAYMENTS, services.reconciler.wake)
    services.database.reads.clear()
    waiting = asyncio.create_task(services.reconciler.run())
    await asyncio.sleep(0.2)
    assert (services.database.reads, waiting.done()) == (["next_due_at"], False)

    await services.database.write(note_event, "ev-1", order.number, "paid", 1)
    await asyncio.wait_for(waiting, POLL_EVERY_S / 2)
    services.provider.calls.clear()
    await services.reconciler.run()

    assert services.provider.calls == [("status", order.number)]
