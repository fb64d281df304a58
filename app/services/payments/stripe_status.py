"""What the objects of Stripe say of a payment. https://docs.stripe.com/api is their source."""

from collections.abc import Iterable, Mapping
from typing import Final

from stripe import PaymentIntent, Refund

from app.domain.payments import Dispute, Payment, PaymentState, ProviderStatus
from app.services.payments.stripe_amounts import StripeAmounts

MARK: Final = "key"
"""Where in its metadata a refund says by which call it was made."""
_STATES: Final[Mapping[str, PaymentState]] = {
    "requires_capture": PaymentState.AUTHORISED,
    "canceled": PaymentState.VOIDED,
}
"""In all other states the shopper has not completed the payment yet, or the hold is lost."""
_HOLD_LOST: Final = "requires_payment_method"
"""The state after a capture that failed; before anything is held, after a card was declined."""
_NOT_GIVEN_BACK: Final = frozenset({"failed", "canceled"})
_CLOSED_DISPUTES: Final[Mapping[str, Dispute]] = {
    "won": Dispute.WON,
    "warning_closed": Dispute.WON,
    "prevented": Dispute.WON,
    "lost": Dispute.LOST,
}


def status_of_held(
    payment: Payment, intent: PaymentIntent, amounts: StripeAmounts
) -> ProviderStatus:
    """Return what an intent says of which nothing was captured.

    Stripe cancels it when the hold has lapsed, after seven days with most cards.
    """
    state = _STATES.get(intent.status, PaymentState.CREATED)
    if payment.authorised and intent.status == _HOLD_LOST:
        state = PaymentState.VOIDED
    held = amounts.from_stripe(intent.amount_capturable)
    return ProviderStatus(state, intent.id, authorised=held)


def status_of_captured(
    intent: PaymentIntent, refunds: Iterable[Refund], dispute: Dispute, amounts: StripeAmounts
) -> ProviderStatus:
    """Return how much was captured, how much of that went back, and how much came back again.

    What a capture of a part released is among the *refunds* too. A refund that is under way counts:
    it may still fail.
    """
    listed, money = [*refunds], amounts.from_stripe
    failed = [each for each in listed if each.status in _NOT_GIVEN_BACK]
    refunds_failed = sum(each.amount for each in failed)
    made = sum(each.amount for each in listed) - refunds_failed
    released = intent.amount - intent.amount_received
    return ProviderStatus(
        PaymentState.CAPTURED,
        intent.id,
        authorised=money(intent.amount),
        captured=money(intent.amount_received),
        refunded=money(max(0, made - released)),
        refunds_failed=money(refunds_failed),
        failed_keys=frozenset(mark for each in failed if (mark := mark_of(each))),
        dispute=dispute,
    )


def mark_of(refund: Refund) -> str | None:
    """Return by which call of ours a refund was made; None if by none."""
    return refund.metadata.to_dict().get(MARK) if refund.metadata else None


def dispute_of(statuses: Iterable[str]) -> Dispute:
    """Return how far the disputes of a payment are: an open one counts first, then a lost one."""
    found = {_CLOSED_DISPUTES.get(status, Dispute.OPEN) for status in statuses}
    return next((one for one in (Dispute.OPEN, Dispute.LOST) if one in found), Dispute.WON)
