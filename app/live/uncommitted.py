"""A saved cart, and what was ruled on over it and is not saved yet."""

from app.domain.cart import Cart, at_version
from app.domain.orders import OrderChange
from app.domain.outbox import EvictedOutbox
from app.live.pending import Pending, PendingQueue


class UncommittedCart:
    """Two states of one cart, and what lies between them.

    `latest` is what the next op builds on; `saved` is what is in the database, and all that tabs
    ever see. No `await` stands between reading `latest` and replacing it: that is the lock.
    """

    def __init__(self, saved: Cart):
        self.saved = saved
        self.latest = saved
        self._pending = PendingQueue()
        # What is being saved now: the cart, how many of the pending are in it, and whether
        # orders are among them. The pending are counted and not copied: what comes while the
        # save runs goes to the end of the queue, behind the batch.
        self._batch: tuple[Cart, int, bool] | None = None

    @property
    def waiting(self) -> int:
        """How many ops and orders were ruled on and are not answered yet."""
        return len(self._pending)

    def take(self) -> tuple[Cart, tuple[EvictedOutbox, ...], tuple[OrderChange, ...]]:
        """Return what is to be saved in one transaction: the cart, evicted outboxes and orders."""
        evicted, changes = self._pending.saved_beside()
        self._batch = self.latest, len(self._pending), bool(changes)
        return self.latest, evicted, changes

    def _commit(self, cart: Cart, count: int) -> list[Pending]:
        """Make *cart*, which was taken, the saved one; return the *count* that were in it."""
        self._batch = None
        version = cart.version + 1
        is_newest = self.latest is cart
        self.saved = at_version(cart, version)
        # What came during the save was ruled on over the version before it, and is saved over
        # this one.
        self.latest = self.saved if is_newest else at_version(self.latest, version)
        return self._pending.pop(count)

    def _roll_back(self, saved: Cart) -> list[Pending]:
        """Forget what was ruled on and not saved; return what waited, in order."""
        self._batch = None
        self.latest = saved
        return self._pending.pop(len(self._pending))
