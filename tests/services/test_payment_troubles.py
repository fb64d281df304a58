"""What goes wrong with a payment after it was made: noticed, told, and seen to by staff."""

import logging

import pytest
from sqlalchemy import select

from app.domain.mails import MailKind
from app.domain.orders import Order, OrderState, Pay
from app.domain.payment_troubles import Trouble
from app.domain.payments import RECHECK_EVERY_S, Dispute, PaymentState
from app.domain.refunds import RefundState
from app.store.payment_troubles import (
    list_troubled,
    refund_again,
    refund_elsewhere,
    take_on_delivery,
)
from app.store.payment_work import count_unsettled
from app.store.payments import note_event
from app.store.refunds import list_refunds
from app.store.tables import mails
from tests.services.shop import Services
from tests.services.test_payments import current, later, packed, paid, payment_of, refund, state


async def told(services: Services, order: Order) -> list[str]:
    """Return the kinds of mails about an order, but that of its placement."""
    its = select(mails.c.kind).where(mails.c.order == order.number).order_by(mails.c.created_at)
    kinds = await services.database.read(lambda connection: connection.scalars(its).all())
    return [kind for kind in kinds if kind != MailKind.ORDER_PLACED]


async def troubles(services: Services) -> list[Trouble]:
    """Return what is wrong with the payment of the only order that is listed, if one is."""
    listed = await services.database.read(list_troubled)
    return listed[0].troubles if listed else []


async def refunded(services: Services) -> Order:
    """Return a packed order of which a part was given back."""
    order = await packed(services, await paid(services))
    await services.reconciler.take_due()
    assert await refund(services, order, 50)
    await services.reconciler.take_due()
    return order


async def refund_states(services: Services, order: Order) -> list[RefundState]:
    return [one.state for one in await services.database.read(list_refunds, order.number)]


@pytest.mark.parametrize("is_told", [True, False])
async def test_a_refund_that_fails_later_is_noticed_told_and_tried_again_once(
    services: Services, caplog: pytest.LogCaptureFixture, *, is_told: bool
) -> None:
    order = await refunded(services)
    key = f"{order.number}:refund:1"
    assert await services.database.read(count_unsettled) == (0, 0)

    assert services.provider.fail_refund(order.number, key)
    if is_told:
        await services.database.write(note_event, "ev-1", order.number, "refund.failed", 1)
    with caplog.at_level(logging.WARNING):
        await later(services, 1 if is_told else RECHECK_EVERY_S)

    assert (await payment_of(services, order)).refunded == 0
    assert await troubles(services) == [Trouble.REFUND_FAILED]
    assert f"a refund of order {order.number} has failed" in caplog.messages
    assert (await told(services, order))[-1] == MailKind.REFUND_FAILED
    assert await services.database.read(count_unsettled) == (0, 0)

    now_s = int(services.clock.at_s)
    again = [await services.database.write(refund_again, order.number, 1, now_s) for _ in range(2)]
    await services.reconciler.take_due()
    assert again == [True, False]
    assert [*services.provider.refund_keys] == [key, f"{key}.2"]
    assert (await payment_of(services, order)).refunded == 50
    assert (await refund_states(services, order), await troubles(services)) == (
        [RefundState.DONE],
        [],
    )


async def test_what_was_given_back_elsewhere_is_not_given_back_again(services: Services) -> None:
    order = await refunded(services)
    services.provider.fail_refund(order.number, f"{order.number}:refund:1")
    await later(services, RECHECK_EVERY_S)

    assert await services.database.write(refund_elsewhere, order.number, 1)
    await services.checkout.cancel(await current(services, order))
    await services.reconciler.take_due()

    states = await refund_states(services, order)
    known = services.provider.known[order.number]
    assert states == [RefundState.ELSEWHERE, RefundState.DONE]
    assert known.captured - known.refunded == 50
    assert await troubles(services) == []
    assert await services.database.read(count_unsettled) == (0, 0)


@pytest.mark.parametrize("is_packed", [False, True])
async def test_a_hold_that_lapses_is_noticed_and_the_order_paid_on_delivery(
    services: Services, *, is_packed: bool
) -> None:
    order = await paid(services)
    assert await refund(services, order, 100)
    await services.reconciler.take_due()
    services.provider.lapse(order.number)
    if is_packed:
        order = await packed(services, order)
    await later(services, 1 if is_packed else RECHECK_EVERY_S)

    held = OrderState.PACKED if is_packed else OrderState.PLACED
    assert await state(services, order) == (held, PaymentState.VOIDED)
    assert await troubles(services) == [Trouble.LAPSED]
    assert MailKind.PAYMENT_LAPSED in await told(services, order)

    now_s = int(services.clock.at_s)
    done = [await services.database.write(take_on_delivery, order.number, now_s) for _ in range(2)]
    changed = await current(services, order)
    assert (done, changed.pay, changed.state) == ([True, False], Pay.ON_DELIVERY, held)
    assert await refund_states(services, order) == [RefundState.DEDUCTED]
    assert MailKind.PAY_ON_DELIVERY in await told(services, order)
    assert await troubles(services) == []


async def test_a_hold_that_was_released_for_a_cancelled_order_is_no_trouble(
    services: Services,
) -> None:
    order = await paid(services)
    await services.checkout.cancel_while_placed(order)
    await services.reconciler.take_due()

    assert await state(services, order) == (OrderState.CANCELLED, PaymentState.VOIDED)
    assert (await troubles(services), await told(services, order)) == (
        [],
        [MailKind.ORDER_CANCELLED],
    )


async def test_a_dispute_is_shown_until_it_is_decided(services: Services) -> None:
    order = await refunded(services)
    known = services.provider.known
    for event, dispute in enumerate((Dispute.OPEN, Dispute.LOST)):
        known[order.number] = known[order.number]._replace(dispute=dispute)
        told = f"ev-{event}", order.number, "charge.dispute", 1
        await services.database.write(note_event, *told)
        await services.reconciler.take_due()

        assert (await payment_of(services, order)).dispute is dispute
        assert (await troubles(services) == [Trouble.DISPUTED]) == (dispute is Dispute.OPEN)
