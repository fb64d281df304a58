"""One account's cart while tabs show it."""

from collections.abc import Iterable

from app.domain.cart import Cart
from app.domain.ops import Op
from app.domain.outbox import OpRef, OutboxId
from app.domain.token_bucket import TokenBucket, full, spend, wait_ms
from app.domain.verdicts import RetryCode, RetryLater, Verdict
from app.live.cart_view import CartView
from app.live.context import CartContext
from app.live.outboxes import KnownOutboxes
from app.live.pending import Pending
from app.live.pending_op import PendingOp
from app.live.pending_order import PendingOrder
from app.live.ports import CommittedChange, DisconnectReason, Subscriber
from app.live.remote_commits import RemoteCommits
from app.live.stats import Second
from app.live.sync_state import SyncState
from app.live.uncommitted import UncommittedCart
from app.protocol.messages import Need, Prices, Snapshot, TabId


class LiveCart(UncommittedCart):
    """The cart that the tabs of one account share.

    What they send is ruled on at once, saved, and only then answered.
    """

    def __init__(self, saved: Cart, context: CartContext, tokens: TokenBucket | None):
        super().__init__(saved)
        self.sync_state = SyncState.IN_SYNC
        self.holds = 0
        self.tokens = tokens or full(context.limits.ops, context.steady_s())
        self.outboxes = KnownOutboxes()
        self._context = context
        self._ops = context.limits.ops
        self._trace = context.trace(saved.account) if context.trace else None
        self.view = CartView(saved, context, self._trace)
        self.tabs = self.view.tabs
        self._remote = RemoteCommits()

    @property
    def idle(self) -> bool:
        """Whether no tab shows it, no request holds it, and nothing waits to be saved."""
        return not self.tabs and not self.holds and not self._pending

    @property
    def is_in_sync(self) -> bool:
        """Whether it is as the database has it, as far as is known."""
        return self.sync_state is SyncState.IN_SYNC

    @property
    def is_behind(self) -> bool:
        """Whether another node has saved it, and no save of ours is under way to find that out."""
        return self.is_in_sync and self._batch is None and self._has_newer_version

    @property
    def is_saving_over(self) -> bool:
        """Whether a save is under way while a newer version is known, which may be that save."""
        return self._batch is not None and self._has_newer_version

    # Ops and orders

    def submit(self, ref: OpRef, op: Op, subscriber: Subscriber, tab: TabId | None = None) -> None:
        """Rule on *op* now; once saved, *subscriber* gets the verdict, every tab the patch."""
        last = self.outboxes.find(self.latest, ref.outbox).last
        if self._trace:
            self._trace.received(ref, op, tab, last + 1)
        now_s = self._context.steady_s()
        pending = PendingOp(ref, op, tab, [subscriber], now_s, self._trace)
        if self.sync_state is SyncState.LOST:
            subscriber.disconnect(DisconnectReason.LOST)
        elif ref.n <= last:
            self._repeat(pending, subscriber)
        elif ref.n > last + 1:
            subscriber.tell(Need(last + 1))
        elif self.sync_state is SyncState.UNKNOWN:
            pending.retry_later(self._second())
        elif retry_ms := self._spend_token(now_s):
            pending.defer(RetryLater(ref.n, RetryCode.RATE, retry_ms), self._second())
        else:
            self._accept(pending)

    def submit_order(self, order: PendingOrder) -> None:
        """Rule on *order* now; its observers get the outcome once it is saved, every tab the patch.

        A rejection is answered at once if nothing else waits to be saved.
        """
        if earlier := self._pending.find(order.key):
            earlier.join(order)
        elif self.sync_state in {SyncState.LOST, SyncState.UNKNOWN}:
            order.retry_later(self._second())
        else:
            self._accept(order)

    def last(self, outbox: OutboxId) -> int:
        """Return the newest number of *outbox* that was ruled on, saved or not."""
        return self.outboxes.find(self.latest, outbox).last

    def knows(self, outbox: OutboxId) -> bool:
        """Say whether it is known here how far *outbox* got."""
        return self.outboxes.knows(self.latest, outbox)

    def remember(self, outbox: OutboxId, last: int) -> None:
        """Take *last*, read from the database, as the newest number of an unknown *outbox*."""
        self.outboxes.trim(self._outboxes_in_use)
        self.outboxes.remember(outbox, last)

    def standing(self, outbox: OutboxId, pend: Iterable[int]) -> tuple[int, tuple[Verdict, ...]]:
        """Return how far *outbox* got in the database, and those of *pend* that have a verdict."""
        known = self.outboxes.find(self.saved, outbox)
        recorded = [known.recall(n) for n in pend]
        return known.last, tuple(one.verdict for one in recorded if one)

    def snapshot(self) -> Snapshot:
        """Return the whole cart as saved."""
        return self.view.snapshot(self.saved)

    def prices(self) -> Prices:
        """Return today's prices and stock of everything in the cart."""
        return self.view.prices(self.saved)

    # Saving

    def announce(self) -> None:
        """Handle that the batch is saved: send for each op its verdict, and then its patch."""
        if self._batch is None:
            return
        cart, count, has_orders = self._batch
        committed = self._tell_saved(self._commit(cart, count))
        self._context.peers.publish_commit(cart.account, self.saved.version, committed)
        if has_orders:
            self.view.refresh_voucher(self.saved)
            self._context.request_refresh()
        self.outboxes.trim(self._outboxes_in_use)

    def on_remote_commit(self, version: int, changes: Iterable[CommittedChange]) -> None:
        """Note that another node has saved this cart under *version*, and with which *changes*."""
        if version > self.saved.version:
            self._remote.record(version, changes)

    def mark_stale(self) -> None:
        """Note that another node has saved this cart; `reload` will bring its state."""
        self._batch = None
        self._remote.newest_version = 0
        self.sync_state = SyncState.STALE

    def refuse(self) -> None:
        """Rule on everything again, since the database refused an order and all beside it.

        Stock or a voucher was not as the catalogue had it, or the order was not as it was.
        """
        for pending in self._roll_back(self.saved):
            if not pending.refused_by_database():
                self._accept_again(pending)

    def mark_unknown(self) -> None:
        """Note that the batch may or may not be saved; `reload` will bring the state."""
        self.sync_state = SyncState.UNKNOWN
        for pending in self._roll_back(self.saved):
            pending.retry_later(self._second())

    def reload(self, cart: Cart) -> None:
        """Take *cart*, read from the database, as saved; rule again on what is not in it."""
        if self.sync_state is SyncState.IN_SYNC or cart.version < self.saved.version:
            return
        before, self.saved, self.sync_state = self.saved, cart, SyncState.IN_SYNC
        # A save that seemed to fail may have succeeded, or a shopper sent the same op to another
        # node: such ops get the verdict on record, and must not be applied twice. Verdicts go
        # out before the patches, as always; only then is the rest ruled on, over the new state.
        waiting = [
            pending
            for pending in self._roll_back(cart)
            if not pending.answer_if_saved(self.outboxes, cart)
        ]
        self.view.tell_steps(self._remote.take_steps(before, cart), cart)
        for pending in waiting:
            self._accept_again(pending)

    def lose(self) -> None:
        """Give up, since memory and database disagree: all tabs must connect again."""
        self.sync_state = SyncState.LOST
        for pending in self._pending.pop(len(self._pending)):
            pending.disconnect(DisconnectReason.LOST)
        self.tabs.disconnect(DisconnectReason.LOST)

    # Steps of the above

    @property
    def _has_newer_version(self) -> bool:
        return self._remote.newest_version > self.saved.version

    def _second(self) -> Second:
        return self._context.stats.at(self._context.steady_s())

    def _spend_token(self, now_s: float) -> int:
        """Take a token for an op, or return after how many milliseconds there will be one."""
        if (left := spend(self.tokens, self._ops, now_s)) is None:
            return max(1, wait_ms(self.tokens, self._ops, now_s))
        self.tokens = left
        return 0

    def _repeat(self, pending: PendingOp, subscriber: Subscriber) -> None:
        """Answer an op that was sent before: ops are idempotent.

        If the first is still being saved, both get the one verdict when it is.
        """
        if earlier := self._pending.find(pending.key):
            earlier.join(pending)
        else:
            self.outboxes.answer(self.saved, pending.ref, subscriber)

    def _accept(self, pending: Pending) -> None:
        """Rule on *pending*, and have the outcome saved before it is sent."""
        before, context = self.latest, self._context
        self.latest = pending.rule(before, context.catalog.today, context.now_s())
        if evicted := pending.evicted:
            self.outboxes.evict(evicted)
        # Nothing to save; but if the outcome rests on what is unsaved, it waits for that.
        if self.latest is before and not self._pending and self.is_in_sync:
            pending.fulfil(self.saved, self._second(), context.steady_s())
            return
        self._pending.add(pending)
        if self.sync_state is SyncState.IN_SYNC:
            context.writer.mark(self.saved.account, self)

    def _accept_again(self, pending: Pending) -> None:
        if not pending.ask_if_early(self.outboxes, self.latest):
            self._accept(pending)

    def _tell_saved(self, batch: Iterable[Pending]) -> list[CommittedChange]:
        """Send the outcomes and patches of *batch*; return the changes that it made.

        The verdict goes first, so that the tab that sent the op takes it out of its outbox before
        the patch arrives: the other way round, it would show the change twice for a moment.
        """
        now_s = self._context.steady_s()
        second = self._context.stats.at(now_s)
        committed: list[CommittedChange] = []
        for pending in batch:
            pending.fulfil(self.saved, second, now_s)
            if step := pending.committed:
                self.view.publish(*step)
                committed.append(step[1])
        return committed

    def _outboxes_in_use(self) -> set[OutboxId]:
        evicted, _ = self._pending.saved_beside()
        return {tab.outbox for tab in self.tabs} | {one.outbox for one in evicted}
