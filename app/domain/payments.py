"""Payments by card: what is known of one, and what is to be done about it next.

The money is at a provider, the order is here, and each may change while the other is out of reach.
So nothing is remembered but facts: how far the order is, what the provider said last, and which
refunds are wanted. `next_step` is all that follows from them, after a crash as well as before.
"""

from collections.abc import Iterable, Sequence
from enum import Enum, StrEnum, auto
from typing import Final, NamedTuple, assert_never

from app.domain.catalog import Money
from app.domain.orders import HostedPage, Order, OrderNumber, OrderState
from app.domain.refunds import REFUNDS_FAIL_WITHIN_S, Refund, RefundState, promised, total_of

PAYABLE_S: Final = 15 * 60
"""How long stock and voucher are kept for an order that is not paid yet."""
ASK_EVERY_S: Final = 30
"""How often the provider is asked about such an order: what it tells by itself may get lost."""
RECHECK_EVERY_S: Final = 24 * 3600
"""How often it is asked about what may change without a word: a hold, a refund, a dispute."""
_FIRST_RETRY_S: Final = 5
_LONGEST_RETRY_S: Final = 60


class PaymentState(StrEnum):
    """How far a payment has come, in the order in which one thing may follow another.

    `FAILED`: the provider will never authorise it. `VOIDED`: what was authorised is released.
    `REFUNDED`: all that was captured has been given back.
    """

    CREATED = "created"
    EXPIRED = "expired"
    FAILED = "failed"
    AUTHORISED = "authorised"
    VOIDED = "voided"
    CAPTURED = "captured"
    REFUNDED = "refunded"


class Dispute(StrEnum):
    """How far an objection of the cardholder at their bank is, in the order of what may follow."""

    NONE = ""
    OPEN = "open"
    WON = "won"
    LOST = "lost"


_DISPUTE_RANK: Final = {dispute: rank for rank, dispute in enumerate(Dispute)}
_RANK: Final = {state: rank for rank, state in enumerate(PaymentState)}


class Payment(NamedTuple):
    """The payment of one order.

    `reference` is the provider's id of the payment, empty until it is known. `amount` is the
    order's total. `capturing` is what was asked to be captured, once that is decided. `heard`
    counts what the provider told by itself, `asked` how much of that it was asked about since.
    `failures` counts calls in a row that told nothing. `refunds_failed` is what came back of
    refunds, and so is not in `refunded`.
    """

    order: OrderNumber
    page: HostedPage
    amount: Money
    currency: str
    expires_at_s: int
    state: PaymentState = PaymentState.CREATED
    reference: str = ""
    authorised: Money = Money(0)
    captured: Money = Money(0)
    refunded: Money = Money(0)
    capturing: Money | None = None
    heard: int = 0
    asked: int = 0
    failures: int = 0
    refunds_failed: Money = Money(0)
    dispute: Dispute = Dispute.NONE


class ProviderStatus(NamedTuple):
    """What a provider says of a payment; all amounts are totals, not changes.

    `failed_keys` are those of our refunds that have failed, by which `refund_key` names them.
    """

    state: PaymentState
    reference: str = ""
    authorised: Money = Money(0)
    captured: Money = Money(0)
    refunded: Money = Money(0)
    refunds_failed: Money = Money(0)
    failed_keys: frozenset[str] = frozenset()
    dispute: Dispute = Dispute.NONE


class Step(Enum):
    """What is to be done about a payment; all but `CANCEL` is a call of the provider.

    `CLOSE` ends the hosted page. `CANCEL` cancels the order, which was not paid.
    """

    ASK = auto()
    CLOSE = auto()
    CANCEL = auto()
    CAPTURE = auto()
    VOID = auto()
    REFUND = auto()


def payment_of(order: Order, page: HostedPage) -> Payment:
    """Return the payment of an order that is to be paid on *page*."""
    totals, expires_at_s = order.totals, order.placed_at_s + PAYABLE_S
    return Payment(order.number, page, totals.total, totals.currency, expires_at_s)


def learn(payment: Payment, status: ProviderStatus) -> Payment:
    """Return *payment* after what the provider said.

    What it says may arrive late, twice or in another order, so a payment only ever goes forward.
    Refunds go back when they fail; their sum, with those that have failed, does not.
    """
    captured = Money(max(payment.captured, status.captured))
    failed = Money(max(payment.refunds_failed, status.refunds_failed))
    made = max(each.refunded + each.refunds_failed for each in (payment, status))
    refunded = Money(made - failed)
    state = max(payment.state, status.state, key=_RANK.__getitem__)
    if captured:
        state = PaymentState.REFUNDED if refunded >= captured else PaymentState.CAPTURED
    return payment._replace(
        state=state,
        reference=status.reference or payment.reference,
        authorised=Money(max(payment.authorised, status.authorised)),
        captured=captured,
        refunded=refunded,
        failures=0,
        refunds_failed=failed,
        dispute=max(payment.dispute, status.dispute, key=_DISPUTE_RANK.__getitem__),
    )


def is_paid(payment: Payment) -> bool:
    """Say whether the order may be placed: the money is held or taken."""
    return payment.state in {PaymentState.AUTHORISED, PaymentState.CAPTURED}


def next_step(
    order: OrderState, payment: Payment, refunds: Sequence[Refund], now_s: int
) -> Step | None:
    """Return what is to be done now; a refund that has failed is left to staff."""
    wanted = total_of(refunds, RefundState.WANTED)
    if payment.heard > payment.asked:
        return Step.ASK
    match payment.state:
        case PaymentState.CREATED:
            return _step_of_unpaid(order, payment, now_s)
        case PaymentState.EXPIRED | PaymentState.FAILED | PaymentState.VOIDED:
            return Step.CANCEL if order is OrderState.AWAITING_PAYMENT else None
        case PaymentState.AUTHORISED:
            return _step_of_held(order, payment, wanted)
        case PaymentState.CAPTURED | PaymentState.REFUNDED:
            is_owed = order is OrderState.CANCELLED and refundable(payment, promised(refunds))
            return Step.REFUND if wanted or is_owed else None
        case _:
            assert_never(payment.state)


def _step_of_unpaid(order: OrderState, payment: Payment, now_s: int) -> Step:
    is_over = order is not OrderState.AWAITING_PAYMENT or now_s >= payment.expires_at_s
    return Step.CLOSE if is_over else Step.ASK


def _step_of_held(order: OrderState, payment: Payment, wanted: Money) -> Step | None:
    """Return what is to be done with money that is held; it is taken when the order is packed."""
    match order:
        case OrderState.AWAITING_PAYMENT:
            return Step.ASK
        case OrderState.PLACED:
            return None
        case OrderState.CANCELLED:
            return Step.VOID
        case _:
            return Step.CAPTURE if amount_to_capture(payment, wanted) else Step.VOID


def amount_to_capture(payment: Payment, wanted: Money) -> Money:
    """Return what to take: what is authorised without the refunds that are *wanted* already.

    Once that is decided it stays, since an earlier call may have been carried out.
    """
    if payment.capturing is not None:
        return payment.capturing
    return Money(max(0, payment.authorised - wanted))


def next_recheck_at(payment: Payment, refunds: Iterable[Refund], now_s: int) -> int | None:
    """Return when the provider is asked again without a reason; None if nothing may change."""
    is_open = payment.state is PaymentState.AUTHORISED or payment.dispute is Dispute.OPEN
    may_fail = any(
        refund.state in {RefundState.WANTED, RefundState.DONE}
        and now_s < refund.at_s + REFUNDS_FAIL_WITHIN_S
        for refund in refunds
    )
    return now_s + RECHECK_EVERY_S if is_open or may_fail else None


def refundable(payment: Payment, promise: Money) -> Money:
    """Return how much more may go back: what was taken, or will be, without the *promise*.

    A provider may know of refunds that were not made here.
    """
    if payment.state not in {PaymentState.AUTHORISED, PaymentState.CAPTURED}:
        return Money(0)
    kept = payment.captured or payment.capturing or payment.authorised
    return Money(max(0, kept - max(payment.refunded, promise)))


def retry_after_s(failures: int) -> int:
    """Return how long to wait after so many *failures* in a row."""
    return min(_FIRST_RETRY_S << min(failures - 1, 10), _LONGEST_RETRY_S)
