"""Whether an order, its payment, its refunds and its invoice say the same."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from app.domain.catalog import Money
from app.domain.orders import OrderState
from app.domain.payment_troubles import has_lapsed
from app.domain.payments import Payment, PaymentState
from app.domain.refunds import Refund, RefundState, total_of


class Disagreement(StrEnum):
    """What does not agree.

    `UNPAID`: an order is placed and nobody has paid. `NOT_TAKEN`: it is packed, and no money was
    taken. `KEPT`: it is cancelled, and money is still held or was not given back. `NOT_GIVEN_BACK`:
    a refund has failed, and staff have not seen to it.
    """

    AMOUNT = "amount"
    SUMS = "sums"
    REFUNDS = "refunds"
    UNPAID = "unpaid"
    NOT_TAKEN = "not_taken"
    KEPT = "kept"
    NOT_GIVEN_BACK = "not_given_back"
    INVOICE = "invoice"


class Books(NamedTuple):
    """What is written of an order by card.

    `invoiced` is the sum of its invoice without its credit notes, None if it has no invoice.
    `is_settled`: nothing is to be done about the payment; until then it may lag behind the order.
    """

    state: OrderState
    total: Money
    payment: Payment
    refunds: Sequence[Refund]
    invoiced: Money | None
    is_settled: bool


def disagreements(books: Books) -> Iterator[Disagreement]:
    """Yield what does not agree in *books*."""
    payment = books.payment
    if payment.amount != books.total:
        yield Disagreement.AMOUNT
    if not payment.amount >= payment.authorised >= payment.captured >= payment.refunded >= 0:
        yield Disagreement.SUMS
    if books.is_settled:
        if total_of(books.refunds, RefundState.DONE) != payment.refunded:
            yield Disagreement.REFUNDS
        if total_of(books.refunds, RefundState.FAILED):
            yield Disagreement.NOT_GIVEN_BACK
        yield from _of_state(books)
        if (books.invoiced or 0) != _owed(books):
            yield Disagreement.INVOICE


def _of_state(books: Books) -> Iterator[Disagreement]:
    """Yield what does not agree between the order's state and its payment's."""
    payment = books.payment
    match books.state:
        case OrderState.AWAITING_PAYMENT:
            yield Disagreement.UNPAID
        case OrderState.CANCELLED:
            kept = payment.captured - payment.refunded - _owed_elsewhere(books)
            if payment.state is PaymentState.AUTHORISED or kept:
                yield Disagreement.KEPT
        case OrderState.PLACED:
            if not payment.authorised or has_lapsed(books.state, payment):
                yield Disagreement.UNPAID
        case _:
            if payment.captured != payment.authorised - _deducted(books):
                yield Disagreement.NOT_TAKEN


def _owed(books: Books) -> int:
    """Return what the shopper has paid, or is going to pay, for what is delivered."""
    if books.state is OrderState.CANCELLED:
        return 0
    given_back = books.payment.refunded + _owed_elsewhere(books)
    return books.payment.authorised - _deducted(books) - given_back


def _owed_elsewhere(books: Books) -> int:
    """Return what the provider could not give back: it was promised, and is not the shop's."""
    return total_of(books.refunds, RefundState.FAILED, RefundState.ELSEWHERE)


def _deducted(books: Books) -> int:
    """Return what was given back before the money is taken, or is to be."""
    is_held = books.payment.state is PaymentState.AUTHORISED
    wanted = (RefundState.WANTED,) if is_held else ()
    return total_of(books.refunds, RefundState.DEDUCTED, *wanted)
