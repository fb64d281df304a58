"""What a commit changed in a cart: the source of a `patch` message, here and on other servers."""

from collections.abc import Sequence

from msgspec import Struct

from app.domain.cart import Patch, merge
from app.protocol.messages import By, OrderMoved


class CartChange(Struct, frozen=True, gc=False):
    """A revision of a cart: the patch that makes it, who sent it, and the order that it placed."""

    patch: Patch
    by: By
    order: OrderMoved | None = None


class CommittedChange(Struct, frozen=True, gc=False):
    """What one commit changed in a cart: the merged patch, and who made its revisions, in order.

    `orders` were placed by it.
    """

    patch: Patch
    by: tuple[By, ...]
    orders: tuple[OrderMoved, ...] = ()


def committed_change(changes: Sequence[CartChange]) -> CommittedChange:
    """Return what *changes*, of which each follows on the one before, are together."""
    if len(changes) == 1 and changes[0].order is None:
        return CommittedChange(changes[0].patch, (changes[0].by,))
    patches: list[Patch] = []
    by: list[By] = []
    orders: list[OrderMoved] = []
    for change in changes:
        patches.append(change.patch)
        by.append(change.by)
        if change.order:
            orders.append(change.order)
    return CommittedChange(merge(patches), tuple(by), tuple(orders))
