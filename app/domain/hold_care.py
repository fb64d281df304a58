"""What becomes of holds while connections come and go, and nodes are killed.

Every node looks after the holds of the carts that it serves. Nothing has to be told to it in time:
what it does follows from the rows as they are, so it may be late, and be done twice.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from app.domain.accounts import AccountId
from app.domain.hold_limits import CHECKOUT_GRACE_S, GRACE_S

NOTICED_S = 1
"""A node writes down so much later that it has a connection: a hold is not ended before that."""


class Held(NamedTuple):
    """Units that are held for an account, or a place on a waitlist; times are seconds since 1970.

    Without `expires_at_s`, it lasts as long as the lease of `node`. What was `offered` ends then,
    whether or not its shopper is there.
    """

    account: AccountId
    node: str | None
    expires_at_s: int | None
    checkout_at_s: int = 0
    offered: bool = False


class Grace(NamedTuple):
    """How long holds last after the last connection: usually, and in checkout."""

    usual_s: int = GRACE_S
    checkout_s: int = CHECKOUT_GRACE_S

    def ends_at_s(self, held: Held, left_at_s: int) -> int:
        """Return when *held* ends if its last connection has gone at that time."""
        in_checkout = left_at_s - held.checkout_at_s <= self.checkout_s
        return left_at_s + (max(self) if in_checkout else self.usual_s)


class Departure(NamedTuple):
    """An account without a connection, the node that had its last, and when its holds end."""

    account: AccountId
    node: str | None
    at_s: int


class Care(NamedTuple):
    """What a node is to write down of holds: whom it serves, who has left, and what is over.

    `needs_lease` if there are holds that last as long as the lease of the node. Over is what has
    expired by `over_at_s`.
    """

    attend: frozenset[AccountId]
    leave: frozenset[Departure]
    end: frozenset[AccountId]
    needs_lease: bool
    over_at_s: int

    @property
    def is_needed(self) -> bool:
        """Say whether there is anything to write down."""
        return bool(self.attend or self.leave or self.end or self.needs_lease)


def plan_care(  # noqa: PLR0913, PLR0917 - each is a fact
    held: Iterable[Held],
    leases: Mapping[str, int],
    attended: Collection[AccountId],
    node: str,
    now_s: int,
    grace: Grace,
) -> Care:
    """Return what *node*, which serves connections of *attended*, has to do about all that is held.

    *leases* are when those of the nodes end. A node that was killed does not renew its own.
    """
    attend: set[AccountId] = set()
    leave: set[Departure] = set()
    end: set[AccountId] = set()
    over_at_s = now_s - NOTICED_S
    needs_lease = False
    for one in held:
        lease_ends_at_s = leases.get(one.node or "", now_s)
        lives = one.expires_at_s is None and (one.node == node or lease_ends_at_s > now_s)
        if one.account in attended and not one.offered:
            needs_lease |= one.node == node
            if not lives:
                attend.add(one.account)
        elif one.expires_at_s is None and (one.node == node or not lives):
            left_at_s = now_s if one.node == node else lease_ends_at_s
            leave.add(Departure(one.account, one.node, grace.ends_at_s(one, left_at_s)))
        elif one.expires_at_s is not None and one.expires_at_s <= over_at_s:
            end.add(one.account)
    needs_lease |= bool(attend)
    return Care(frozenset(attend), frozenset(leave), frozenset(end), needs_lease, over_at_s)
