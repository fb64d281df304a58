"""What does not agree between an order by card, its payment, its refunds and its invoice."""

import pytest

from app.domain.catalog import Money
from app.domain.orders import OrderState
from app.domain.payment_books import Books, Disagreement, disagreements
from app.domain.payments import Payment, PaymentState
from app.domain.refunds import Refund, RefundState
from tests.domain.test_payments import AUTHORISED, CAPTURED, CREATED

VOIDED = AUTHORISED._replace(state=PaymentState.VOIDED)
REFUNDED = CAPTURED._replace(state=PaymentState.REFUNDED, refunded=Money(900))


def refund(amount: int, state: RefundState) -> Refund:
    return Refund(CREATED.order, 1, Money(amount), "Bruised.", None, 0, state)


def books(
    state: OrderState, payment: Payment, invoiced: int | None = 900, *refunds: Refund
) -> Books:
    sum_of_invoice = None if invoiced is None else Money(invoiced)
    return Books(state, Money(900), payment, refunds, sum_of_invoice, is_settled=True)


PART = refund(250, RefundState.DONE)
PARTLY_BACK = CAPTURED._replace(refunded=Money(250))
LESS = CAPTURED._replace(captured=Money(650), capturing=Money(650))


@pytest.mark.parametrize(
    "agreeing",
    [
        books(OrderState.PLACED, AUTHORISED),
        books(OrderState.PLACED, AUTHORISED, 650, refund(250, RefundState.WANTED)),
        books(OrderState.PACKED, CAPTURED),
        books(OrderState.PACKED, LESS, 650, refund(250, RefundState.DEDUCTED)),
        books(OrderState.DELIVERED, PARTLY_BACK, 650, PART),
        books(OrderState.PACKED, VOIDED, 0, refund(900, RefundState.DEDUCTED)),
        books(OrderState.CANCELLED, VOIDED, 0),
        books(OrderState.CANCELLED, REFUNDED, 0, refund(900, RefundState.DONE)),
        books(OrderState.CANCELLED, CREATED._replace(state=PaymentState.EXPIRED), None),
        books(OrderState.CANCELLED, AUTHORISED, 0)._replace(is_settled=False),
        books(OrderState.DELIVERED, CAPTURED, 650, refund(250, RefundState.ELSEWHERE)),
        books(OrderState.CANCELLED, CAPTURED, 0, refund(900, RefundState.ELSEWHERE)),
    ],
)
def test_these_agree(agreeing: Books) -> None:
    assert list(disagreements(agreeing)) == []


@pytest.mark.parametrize(
    ("found", "faulty"),
    [
        (Disagreement.AMOUNT, books(OrderState.PLACED, AUTHORISED)._replace(total=Money(901))),
        (
            Disagreement.SUMS,
            books(OrderState.PACKED, CAPTURED._replace(captured=Money(901)))._replace(
                is_settled=False
            ),
        ),
        (Disagreement.REFUNDS, books(OrderState.PACKED, PARTLY_BACK, 650)),
        (Disagreement.UNPAID, books(OrderState.AWAITING_PAYMENT, CREATED, None)),
        (Disagreement.UNPAID, books(OrderState.PLACED, CREATED, None)),
        (Disagreement.NOT_TAKEN, books(OrderState.PACKED, AUTHORISED)),
        (Disagreement.KEPT, books(OrderState.CANCELLED, AUTHORISED, 0)),
        (Disagreement.KEPT, books(OrderState.CANCELLED, CAPTURED, 0)),
        (Disagreement.UNPAID, books(OrderState.PLACED, VOIDED)),
        (
            Disagreement.NOT_GIVEN_BACK,
            books(OrderState.PACKED, CAPTURED, 650, refund(250, RefundState.FAILED)),
        ),
        (Disagreement.INVOICE, books(OrderState.PLACED, AUTHORISED, 899)),
    ],
)
def test_these_do_not(found: Disagreement, faulty: Books) -> None:
    assert list(disagreements(faulty)) == [found]
