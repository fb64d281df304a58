"""Money that goes back to the shopper: what is asked for, and what became of it."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

from app.domain.accounts import AccountId
from app.domain.catalog import Money
from app.domain.orders import OrderNumber

LONGEST_REASON: Final = 200
REFUNDS_FAIL_WITHIN_S: Final = 30 * 24 * 3600
"""How long after it was asked for a refund may come back from the customer's bank."""


class RefundState(StrEnum):
    """What became of a refund: wanted, done, or taken off what was captured in the first place.

    `FAILED`: the customer's bank did not take it. `ELSEWHERE`: it was given back in another way.
    """

    WANTED = "wanted"
    DONE = "done"
    DEDUCTED = "deducted"
    FAILED = "failed"
    ELSEWHERE = "elsewhere"


class Refund(NamedTuple):
    """Money that goes back to the shopper: the refund *nr* of an order, counted from 1.

    `by` is the member of staff, None if the order was cancelled. `failures` counts how often it
    has failed.
    """

    order: OrderNumber
    nr: int
    amount: Money
    reason: str
    by: AccountId | None
    at_s: int
    state: RefundState = RefundState.WANTED
    failures: int = 0


def total_of(refunds: Iterable[Refund], *states: RefundState) -> Money:
    """Return the sum of those *refunds* that are in one of *states*."""
    return Money(sum(refund.amount for refund in refunds if refund.state in states))


def promised(refunds: Iterable[Refund]) -> Money:
    """Return the sum of the *refunds* that are wanted or done, or have failed."""
    return total_of(refunds, *(set(RefundState) - {RefundState.DEDUCTED}))


def refund_key(refund: Refund) -> str:
    """Return the key under which the provider knows *refund*; another attempt has another one."""
    attempt = f".{refund.failures + 1}" if refund.failures else ""
    return f"{refund.order}:refund:{refund.nr}{attempt}"
