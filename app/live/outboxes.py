"""How far the outboxes of one account got, also those that are not in its cart any more."""

from collections.abc import Callable, Collection

from app.domain.cart import Cart
from app.domain.outbox import EvictedOutbox, OpRef, Outbox, OutboxId
from app.domain.verdicts import Code, No
from app.live.ports import Subscriber

MOST_FORMER = 64


class KnownOutboxes:
    """The outboxes in a cart, which is handed in, and those that left it or were read from disk."""

    def __init__(self) -> None:
        self._former: dict[OutboxId, int] = {}

    def __len__(self) -> int:
        """Return how many are known that are not in the cart."""
        return len(self._former)

    def find(self, cart: Cart, outbox: OutboxId) -> Outbox:
        """Return *outbox* as of *cart*; without verdicts if it is not in there."""
        return cart.outboxes.get(outbox) or Outbox(self._former.get(outbox, 0))

    def last(self, cart: Cart, outbox: OutboxId) -> int:
        """Return the newest number of *outbox* that has a verdict as of *cart*."""
        known = cart.outboxes.get(outbox)
        return known.last if known else self._former.get(outbox, 0)

    def knows(self, cart: Cart, outbox: OutboxId) -> bool:
        """Say whether it is known how far *outbox* got."""
        return outbox in cart.outboxes or outbox in self._former

    def remember(self, outbox: OutboxId, last: int) -> None:
        """Take the number that the disk has for *outbox*, unless a newer one is known."""
        self._former.setdefault(outbox, last)

    def evict(self, evicted: EvictedOutbox) -> None:
        """Take the number of an outbox that has just left the cart."""
        self._former[evicted.outbox] = evicted.last

    def trim(self, in_use: Callable[[], Collection[OutboxId]]) -> None:
        """Forget those that are not *in_use*, if there are too many; the disk has them all."""
        if len(self._former) > MOST_FORMER:
            kept = in_use()
            self._former = {name: last for name, last in self._former.items() if name in kept}

    def answer(self, saved: Cart, ref: OpRef, subscriber: Subscriber) -> bool:
        """Answer an op that has a verdict in *saved*; return False if another op had its number.

        It gets the very verdict that was recorded. One that is too old to be kept is expired,
        whatever its body (protocol.md §3).
        """
        recorded = self.find(saved, ref.outbox).recall(ref.n)
        if recorded is None:
            subscriber.tell(No(ref.n, Code.EXPIRED, (), saved.rev))
        elif recorded.is_for(ref.body):
            subscriber.tell(recorded.verdict)
        else:
            subscriber.reject_duplicate()
            return False
        return True
