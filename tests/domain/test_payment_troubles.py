"""What staff have to see to about a payment."""

import pytest

from app.domain.catalog import Money
from app.domain.orders import OrderState, Pay
from app.domain.payment_troubles import UNDER_WAY, Trouble, due_on_delivery, troubles_of
from app.domain.payments import Dispute, Payment, PaymentState
from app.domain.refunds import Refund, RefundState
from tests.domain.test_payments import AUTHORISED, CAPTURED, refund

VOIDED = AUTHORISED._replace(state=PaymentState.VOIDED)
DISPUTED = CAPTURED._replace(dispute=Dispute.OPEN)


def troubles(
    order: OrderState, payment: Payment, *refunds: Refund, pay: Pay = Pay.CARD
) -> list[Trouble]:
    return troubles_of(order, pay, payment, refunds)


@pytest.mark.parametrize("order", OrderState)
def test_a_hold_has_lapsed_if_it_was_released_while_its_order_is_under_way(
    order: OrderState,
) -> None:
    expected = [Trouble.LAPSED] if order in UNDER_WAY else []

    assert troubles(order, VOIDED) == expected
    assert troubles(order, VOIDED._replace(capturing=Money(900))) == expected
    assert troubles(order, VOIDED._replace(capturing=Money(0))) == []
    assert troubles(order, VOIDED, pay=Pay.ON_DELIVERY) == []
    assert troubles(order, AUTHORISED) == []


def test_a_refund_that_failed_and_an_open_dispute_are_troubles() -> None:
    failed = refund(10, RefundState.FAILED)

    assert troubles(OrderState.CANCELLED, CAPTURED, failed) == [Trouble.REFUND_FAILED]
    assert troubles(OrderState.DELIVERED, DISPUTED) == [Trouble.DISPUTED]
    assert troubles(OrderState.PACKED, DISPUTED._replace(dispute=Dispute.WON)) == []
    assert troubles(OrderState.PACKED, CAPTURED, refund(10, RefundState.ELSEWHERE)) == []


def test_what_is_due_at_the_door_is_less_by_what_was_to_be_given_back() -> None:
    wanted, deducted = refund(10, RefundState.WANTED), refund(100, RefundState.DEDUCTED)

    assert due_on_delivery(VOIDED, [wanted, deducted]) == 790
