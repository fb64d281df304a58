"""What staff have to see to about a payment: no step of the reconciler puts it right."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from app.domain.catalog import Money
from app.domain.orders import NEXT, OrderState, Pay
from app.domain.payments import Dispute, Payment, PaymentState
from app.domain.refunds import Refund, RefundState, total_of

UNDER_WAY: Final = frozenset({*NEXT, *NEXT.values()})


class Trouble(StrEnum):
    """What is wrong.

    `LAPSED`: what was held on the card is not held any more, and was not taken. `REFUND_FAILED`:
    the customer's bank has sent a refund back. `DISPUTED`: the cardholder objects at their bank.
    """

    LAPSED = "lapsed"
    REFUND_FAILED = "refund_failed"
    DISPUTED = "disputed"


def has_lapsed(order: OrderState, payment: Payment) -> bool:
    """Say whether what was held for an order under way was released before it was taken.

    If all was given back before, the shop has released it, and has noted to capture nothing.
    """
    is_released = payment.state is PaymentState.VOIDED and payment.capturing != 0
    return is_released and order in UNDER_WAY


def troubles_of(
    order: OrderState, pay: Pay, payment: Payment, refunds: Sequence[Refund]
) -> list[Trouble]:
    """Return what is wrong with the payment by card of an order that may be paid otherwise now."""
    found = {
        Trouble.LAPSED: pay is Pay.CARD and has_lapsed(order, payment),
        Trouble.REFUND_FAILED: any(refund.state is RefundState.FAILED for refund in refunds),
        Trouble.DISPUTED: payment.dispute is Dispute.OPEN,
    }
    return [trouble for trouble, is_so in found.items() if is_so]


def due_on_delivery(payment: Payment, refunds: Sequence[Refund]) -> Money:
    """Return what the customer owes at the door, of an order of which nothing was taken."""
    return Money(payment.amount - total_of(refunds, RefundState.WANTED, RefundState.DEDUCTED))
