"""A saved cart, and what was ruled on over it and is not saved yet."""

from collections.abc import Iterable

from msgspec.structs import replace

from app.domain.cart import NOT_ASKED, Cart
from app.domain.outbox import EvictedOutbox, OutboxId, has_room
from app.domain.saved_beside import SavedBeside
from app.domain.verdicts import Verdict
from app.live.outboxes import KnownOutboxes
from app.live.pending import Pending, PendingQueue


class UncommittedCart:
    """Two states of one cart, and what lies between them.

    `latest` is what the next op builds on; `saved` is what is in the database, and all that tabs
    ever see. No `await` stands between reading `latest` and replacing it: that is the lock.
    `outboxes` has how far those got that are in neither.
    """

    def __init__(self, saved: Cart):
        self.saved = saved
        self.latest = saved
        self.outboxes = KnownOutboxes()
        self._pending = PendingQueue()
        # What is being saved now: the cart, how many of the pending are in it, and whether
        # orders are among them. The pending are counted and not copied: what comes while the
        # save runs goes to the end of the queue, behind the batch.
        self._batch: tuple[Cart, int, bool] | None = None

    @property
    def waiting(self) -> int:
        """How many ops and orders were ruled on and are not answered yet."""
        return len(self._pending)

    @property
    def has_evicted(self) -> bool:
        """Whether outboxes may have left it: as long as it has room, none had to."""
        return not has_room(self.latest.outboxes)

    def is_continued_by(self, found: Cart, known: int) -> bool:
        """Say whether *found*, just read, comes after what was saved here, or is that.

        Versions only grow. *known* is the one that was saved here when the reading began.
        """
        return found.version >= known and (
            found.version != self.saved.version or found == self.saved
        )

    def last(self, outbox: OutboxId) -> int:
        """Return the newest number of *outbox* that was ruled on, saved or not."""
        return self.outboxes.last(self.latest, outbox)

    def knows(self, outbox: OutboxId) -> bool:
        """Say whether it is known here how far *outbox* got."""
        return self.outboxes.knows(self.latest, outbox)

    def standing(self, outbox: OutboxId, pend: Iterable[int]) -> tuple[int, tuple[Verdict, ...]]:
        """Return how far *outbox* got in the database, and those of *pend* that have a verdict."""
        known = self.outboxes.find(self.saved, outbox)
        recorded = [known.recall(n) for n in pend]
        return known.last, tuple(one.verdict for one in recorded if one)

    def take(self) -> tuple[Cart, tuple[EvictedOutbox, ...], tuple[SavedBeside, ...]]:
        """Return what is to be saved in one transaction: the cart, and what goes along with it."""
        pending = self._pending
        evicted, changes = pending.saved_beside() if pending.has_more_to_save else ((), ())
        self._batch = self.latest, len(self._pending), bool(changes)
        return self.latest, evicted, changes

    def _commit(self, cart: Cart, count: int) -> list[Pending]:
        """Make *cart*, which was taken, the saved one; return the *count* that were in it."""
        self._batch = None
        version = cart.version + 1
        is_newest = self.latest is cart
        self.saved = replace(cart, version=version, asked=NOT_ASKED)
        # What came during the save was ruled on over the version before it, and is saved over
        # this one.
        self.latest = self.saved if is_newest else replace(self.latest, version=version)
        return self._pending.take(count)

    def _roll_back(self, saved: Cart) -> list[Pending]:
        """Forget what was ruled on and not saved; return what waited, in order."""
        self._batch = None
        self.latest = saved
        return self._pending.take(len(self._pending))
