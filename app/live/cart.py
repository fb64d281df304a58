"""One account's cart while tabs show it."""

from collections.abc import Iterable

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.members import OWNER
from app.domain.ops import Op
from app.domain.outbox import OpRef, OutboxId
from app.domain.token_bucket import full, spend, wait_ms
from app.domain.verdicts import RetryCode, RetryLater
from app.live.cart_view import CartView
from app.live.context import CartContext
from app.live.pending import Pending
from app.live.pending_household import PendingHousehold
from app.live.pending_op import PendingOp
from app.live.pending_order import PendingOrder
from app.live.ports import DisconnectReason, Subscriber
from app.live.remote_commits import RemoteCommits
from app.live.stats import Second
from app.live.sync_state import SyncState
from app.live.uncommitted import UncommittedCart
from app.protocol.changes import CommittedChange, committed_change
from app.protocol.messages import Need, Prices, Snapshot, TabId


class LiveCart(UncommittedCart):
    """The cart that the tabs of one account share.

    What they send is ruled on at once, saved, and only then answered.
    """

    def __init__(self, saved: Cart, context: CartContext):
        super().__init__(saved)
        self.sync_state = SyncState.IN_SYNC
        self.holds = 0
        self.tokens = {OWNER: full(context.limits.ops, context.steady_s())}
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
    def is_shown_as_saved(self) -> bool:
        """Whether tabs show it, and no newer version is known: then there is nothing to do."""
        return bool(self.tabs) and self._remote.newest_version <= self.saved.version

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
        known = self.latest.outboxes.get(ref.outbox)
        last = known.last if known else self.outboxes.last(self.latest, ref.outbox)
        if self._trace:
            self._trace.received(ref, op, tab, last + 1)
        now_s = self._context.steady_s()
        bucket = self.tokens.get(ref.by) or full(self._ops, now_s)
        key = ref.outbox, ref.n
        pending = PendingOp(key, ref, op, tab, [subscriber], now_s, self._trace)
        if self.sync_state is SyncState.LOST:
            subscriber.disconnect(DisconnectReason.LOST)
        elif ref.n <= last:
            self._repeat(pending, subscriber)
        elif ref.n > last + 1:
            subscriber.tell(Need(last + 1))
        elif self.sync_state is SyncState.UNKNOWN:
            pending.retry_later(self._second())
        elif (tokens := spend(bucket, self._ops, now_s)) is None:
            retry_ms = max(1, wait_ms(bucket, self._ops, now_s))
            pending.defer(RetryLater(ref.n, RetryCode.RATE, retry_ms), self._second())
        else:
            self.tokens[ref.by] = tokens
            self._accept(pending)

    def submit_order(self, order: PendingOrder | PendingHousehold) -> None:
        """Rule on *order*, or on a change of the household, now; once saved, its outcome is sent.

        A rejection is answered at once if nothing else waits to be saved.
        """
        if earlier := self._pending.get(order.key):
            earlier.join(order)
        elif self.sync_state in {SyncState.LOST, SyncState.UNKNOWN}:
            order.retry_later(self._second())
        else:
            self._accept(order)

    def remember(self, outbox: OutboxId, last: int) -> None:
        """Take *last*, read from the database, as the newest number of an unknown *outbox*."""
        self.outboxes.trim(self._outboxes_in_use)
        self.outboxes.remember(outbox, last)

    def snapshot(self, by: AccountId = OWNER) -> Snapshot:
        """Return the whole cart as saved, as far as *by* may see it."""
        return self.view.snapshot(self.saved, by)

    def prices(self, by: AccountId = OWNER) -> Prices:
        """Return today's prices and stock of everything in the cart that *by* may see."""
        return self.view.prices(self.saved, by)

    # Saving

    def announce(self) -> None:
        """Handle that the batch is saved: send for each op its verdict, and then its patch."""
        if self._batch is None:
            return
        cart, count, has_orders = self._batch
        before = self.saved
        committed = self._commit(cart, count)
        if before.household is not cart.household or before.help is not cart.help:
            self.view.take_sharing(before, self.saved)
        change = self._tell_verdicts(committed)
        if change:
            self.view.publish(before, self.saved, change)
        self._context.peers.publish_commit(cart.account, self.saved.version, change)
        if has_orders:
            self.view.refresh_voucher(self.saved)
            self._context.request_refresh()

    def on_remote_commit(self, version: int, change: CommittedChange | None) -> None:
        """Note that another node has saved this cart under *version*, and what that changed."""
        if version > self.saved.version:
            self._remote.record(version, change)

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
        self.view.take_sharing(before, cart)
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
        for pending in self._pending.take(len(self._pending)):
            pending.disconnect(DisconnectReason.LOST)
        self.tabs.disconnect(DisconnectReason.LOST)

    # Steps of the above

    @property
    def _has_newer_version(self) -> bool:
        return self._remote.newest_version > self.saved.version

    def _second(self) -> Second:
        return self._context.stats.at(self._context.steady_s())

    def _repeat(self, pending: PendingOp, subscriber: Subscriber) -> None:
        """Answer an op that was sent before: ops are idempotent.

        If the first is still being saved, both get the one verdict when it is.
        """
        if earlier := self._pending.get(pending.key):
            earlier.join(pending)
        else:
            self.outboxes.answer(self.saved, pending.ref, subscriber)

    def _accept(self, pending: Pending) -> None:
        """Rule on *pending*, and have the outcome saved before it is sent."""
        before, context = self.latest, self._context
        self.latest = pending.rule(before, context.catalog.today, context.now_s())
        # Nothing to save; but if the outcome rests on what is unsaved, it waits for that.
        if self.latest is before and not self._pending and self.is_in_sync:
            pending.fulfil(self.saved, self._second(), context.steady_s())
            return
        self._pending[pending.key] = pending
        if pending.evicted or pending.beside:
            self._save_beside(pending)
        if self.sync_state is SyncState.IN_SYNC:
            context.writer.mark(self.saved.account, self)

    def _save_beside(self, pending: Pending) -> None:
        """Have more than the cart saved for *pending*: an outbox that left it, or an order."""
        self._pending.has_more_to_save = True
        if pending.evicted:
            self.outboxes.evict(pending.evicted)
            self.outboxes.trim(self._outboxes_in_use)

    def _accept_again(self, pending: Pending) -> None:
        if not pending.ask_if_early(self.outboxes, self.latest):
            self._accept(pending)

    def _tell_verdicts(self, batch: Iterable[Pending]) -> CommittedChange | None:
        """Send the outcomes of *batch*; return what it changed.

        The verdict goes before the patch, so that the tab that sent the op takes it out of its
        outbox first: the other way round, it would show the change twice for a moment.
        """
        now_s, saved = self._context.steady_s(), self.saved
        second = self._context.stats.at(now_s)
        changes = [done for each in batch if (done := each.fulfil(saved, second, now_s))]
        return committed_change(changes) if changes else None

    def _outboxes_in_use(self) -> set[OutboxId]:
        evicted, _ = self._pending.saved_beside()
        return {tab.outbox for tab in self.tabs} | {one.outbox for one in evicted}
