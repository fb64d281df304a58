"""What a household is told of an order by one of them, on the next visit of each (decision 0129).

Who was away finds the cart empty. That it was ordered, by whom and when stands in the household,
until each has seen it, or the cart is changed again.
"""

from typing import NamedTuple

from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.members import OWNER, Household, Ordered


class DismissOrder(NamedTuple):
    """One of a household has seen that revision `rev` was an order."""

    rev: int
    by: AccountId


def with_order(household: Household, by: AccountId, at_s: int, rev: int) -> Household:
    """Return *household*, of which *by* has emptied the cart at revision *rev* by an order."""
    return replace(household, ordered=Ordered(by, at_s, rev))


def dismissed(household: Household, change: DismissOrder) -> Household:
    """Return *household* after *change*; the same one if that order is told to nobody any more."""
    ordered = household.ordered
    if ordered is None or ordered.rev != change.rev or change.by in ordered.seen:
        return household
    return replace(household, ordered=replace(ordered, seen=(*ordered.seen, change.by)))


def told_order(cart: Cart, by: AccountId) -> Ordered | None:
    """Return the order that emptied *cart*, if *by* is to be told: none of one's own.

    Who came later is told nothing of what was before.
    """
    household = cart.household
    if household is None or (ordered := household.ordered) is None:
        return None
    if ordered.rev != cart.rev or by == ordered.by or by in ordered.seen:
        return None
    if by == OWNER:
        return ordered
    member = household.members.get(by)
    return ordered if member and member.joined_at_s <= ordered.at_s else None
