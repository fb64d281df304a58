"""One account's cart while somebody looks at it."""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum, auto
from itertools import accumulate

from app.domain.cart import Cart, advance, at_version
from app.domain.ops import Op, Ruling
from app.domain.orders import OrderChange
from app.domain.outbox import EvictedOutbox, OpRef, Outbox, OutboxId
from app.domain.rules import rule
from app.domain.token_bucket import TokenBucket, full, spend, wait_ms
from app.domain.verdicts import Code, No, RetryCode, RetryLater, Verdict
from app.live.cart_view import CartView
from app.live.context import CartContext
from app.live.pending_op import PendingOp, PendingQueue
from app.live.pending_order import PendingOrder
from app.live.ports import CommittedChange, DisconnectReason, Subscriber, Unresolved
from app.protocol.messages import Need, Prices, Snapshot, TabId

BUSY_RETRY_MS = 1000
MOST_FORMER = 64


class SyncState(Enum):
    """How a live cart stands to the disk.

    `STALE`: somebody else has moved it, so what is ruled on now will be ruled on again.
    `UNKNOWN`: the disk is away, so nothing is ruled on at all. `LOST`: it was given up.
    """

    IN_SYNC = auto()
    STALE = auto()
    UNKNOWN = auto()
    LOST = auto()


class LiveCart:
    """A cart held open by its account's tabs.

    `latest` is what the next op builds on; `saved` is what is on disk, and all that tabs ever
    see. No `await` stands between reading `latest` and replacing it: that is the lock.
    """

    def __init__(self, saved: Cart, context: CartContext, tokens: TokenBucket | None):
        self.saved = saved
        self.latest = saved
        self.sync_state = SyncState.IN_SYNC
        self.holds = 0
        self.tokens = tokens or full(context.limits.ops, context.steady_s())
        self._context = context
        self._ops = context.limits.ops
        self._pending = PendingQueue()
        self._evicted: list[EvictedOutbox] = []
        self._order_changes: list[OrderChange] = []
        self._batch: tuple[Cart, int, int, int] | None = None
        self._former: dict[OutboxId, int] = {}
        self._newest = 0
        self._heard: dict[int, CommittedChange] = {}
        self.view = CartView(saved, context)
        self.tabs = self.view.tabs

    @property
    def remembered(self) -> int:
        """How many outboxes are known that are not in the cart."""
        return len(self._former)

    @property
    def idle(self) -> bool:
        """Nobody looks, nobody asks, and nothing waits to be saved."""
        return not self.tabs and not self.holds and not self._pending

    @property
    def is_in_sync(self) -> bool:
        """It is as the disk has it, as far as is known."""
        return self.sync_state is SyncState.IN_SYNC

    @property
    def is_behind(self) -> bool:
        """Another node has moved it, and nothing is being saved that would find out by itself."""
        is_idle = self.sync_state is SyncState.IN_SYNC and self._batch is None
        return is_idle and self._newest > self.saved.version

    @property
    def is_saving_over(self) -> bool:
        """A save is under way, and there is a newer version, if it is not that one."""
        return self._newest > self.saved.version and self._batch is not None

    @property
    def waiting(self) -> int:
        """How many ops and orders were ruled on and are not told yet."""
        return len(self._pending)

    # Asking

    def submit(self, ref: OpRef, op: Op, subscriber: Subscriber, tab: TabId | None = None) -> None:
        """Rule on *op* now; once it is saved *subscriber* gets the verdict, every tab the patch."""
        last = self.last(ref.outbox)
        if self.sync_state is SyncState.LOST:
            subscriber.disconnect(DisconnectReason.LOST)
        elif ref.n <= last:
            self._repeat(ref, subscriber)
        elif ref.n > last + 1:
            subscriber.tell(Need(last + 1))
        elif self.sync_state is SyncState.UNKNOWN:
            self._put_off(subscriber, RetryLater(ref.n, RetryCode.BUSY, BUSY_RETRY_MS))
        elif retry_ms := self._spend(now_s := self._context.steady_s()):
            self._put_off(subscriber, RetryLater(ref.n, RetryCode.RATE, retry_ms))
        else:
            self._accept(PendingOp(ref, op, tab, [subscriber], self._rule(ref, op), now_s))

    def submit_order(self, submit_order: PendingOrder) -> None:
        """Rule on an order now; its buyers hear of it, and every tab, once it is saved."""
        if earlier := self._pending.find_bargain(submit_order.name):
            earlier.join(submit_order)
        elif self.sync_state in {SyncState.LOST, SyncState.UNKNOWN}:
            submit_order.tell(Unresolved.LATER)
        else:
            self._accept_bargain(submit_order)

    def last(self, outbox: OutboxId) -> int:
        """Return the newest number of *outbox* that was ruled on, saved or not."""
        return self._outbox(self.latest, outbox).last

    def knows(self, outbox: OutboxId) -> bool:
        """Say whether it is known here how far *outbox* got."""
        return outbox in self.latest.outboxes or outbox in self._former

    def remember(self, outbox: OutboxId, last: int) -> None:
        """Learn how far an *outbox* got that is not in the cart, or not any more."""
        self._forget_former()
        self._former.setdefault(outbox, last)

    def standing(self, outbox: OutboxId, pend: Iterable[int]) -> tuple[int, tuple[Verdict, ...]]:
        """Return how far *outbox* got on disk, and the verdicts that it has of *pend*."""
        known = self._outbox(self.saved, outbox)
        recalled = [known.recall(n) for n in pend]
        return known.last, tuple(said.verdict for said in recalled if said)

    # Looking

    def snapshot(self) -> Snapshot:
        """Return the whole cart as saved."""
        return self.view.snapshot(self.saved)

    def prices(self) -> Prices:
        """Return how everything in the cart stands today."""
        return self.view.prices(self.saved)

    # Saving

    def take(self) -> tuple[Cart, tuple[EvictedOutbox, ...], tuple[OrderChange, ...]]:
        """Return the cart as it is now, the outboxes that left it, and the orders beside it."""
        self._batch = (
            self.latest,
            len(self._pending),
            len(self._evicted),
            len(self._order_changes),
        )
        return self.latest, tuple(self._evicted), tuple(self._order_changes)

    def announce(self) -> None:
        """Tell that what was taken is saved: for each op its verdict, and then its patch."""
        if self._batch is None:
            return
        cart, wishes, evicted, changes = self._batch
        self._batch = None
        version = cart.version + 1
        is_newest = self.latest is cart
        self.saved = at_version(cart, version)
        self.latest = self.saved if is_newest else at_version(self.latest, version)
        del self._evicted[:evicted]
        del self._order_changes[:changes]
        now_s = self._context.steady_s()
        second = self._context.stats.at(now_s)
        made: list[CommittedChange] = []
        for wish in self._pending.pop(wishes):
            wish.fulfil()
            if isinstance(wish, PendingOp):
                second.answer(wish.ruling.verdict, now_s - wish.asked_s)
            if step := wish.step:
                self._tell_made(*step)
                made.append(step[1])
        self._context.peers.publish_commit(cart.account, version, made)
        if changes:
            self.view.look_at_voucher(self.saved)
            self._context.request_refresh()
        self._forget_former()

    def on_remote_commit(self, version: int, made: Iterable[CommittedChange]) -> None:
        """Learn that another node has saved this cart under *version*, and what it did to it."""
        if version > self.saved.version:
            self._newest = max(self._newest, version)
            self._heard |= {one.patch.rev: one for one in made}

    def mark_stale(self) -> None:
        """Learn that somebody else has saved this cart; `reload` will bring what."""
        self._batch = None
        self._newest = 0
        self.sync_state = SyncState.STALE

    def refuse(self) -> None:
        """Learn that an order could not be saved, nor what was taken with it: rule on all again.

        The shelf was not as it was thought to be, or the order that is cancelled was not.
        """
        for wish in self._go_back_to(self.saved):
            if not (isinstance(wish, PendingOrder) and wish.turn_down()):
                self._accept_again(wish)

    def mark_unknown(self) -> None:
        """Learn that what was taken may or may not be saved; `reload` will bring what is."""
        self.sync_state = SyncState.UNKNOWN
        for wish in self._go_back_to(self.saved):
            if isinstance(wish, PendingOrder):
                wish.tell(Unresolved.LATER)
            else:
                self._put_off(wish, RetryLater(wish.ref.n, RetryCode.BUSY, BUSY_RETRY_MS))

    def reload(self, cart: Cart) -> None:
        """Take *cart*, which is on disk, for the truth, and rule on what still waits again."""
        if self.sync_state is SyncState.IN_SYNC or cart.version < self.saved.version:
            return
        before, self.saved, self.sync_state = self.saved, cart, SyncState.IN_SYNC
        waiting = [wish for wish in self._go_back_to(cart) if not self._answer(wish)]
        self._tell_moved(before)
        for wish in waiting:
            self._accept_again(wish)

    def lose(self) -> None:
        """Give up: memory and disk disagree, and everybody has to come back for the truth."""
        self.sync_state = SyncState.LOST
        for wish in self._pending.pop(len(self._pending)):
            wish.disconnect(DisconnectReason.LOST)
        self.tabs.disconnect(DisconnectReason.LOST)

    # Steps of the above

    def _outbox(self, cart: Cart, outbox: OutboxId) -> Outbox:
        return cart.outboxes.get(outbox) or Outbox(self._former.get(outbox, 0))

    def _spend(self, now_s: float) -> int:
        """Pay for an op; return for how many milliseconds there is nothing to pay with."""
        if (left := spend(self.tokens, self._ops, now_s)) is None:
            return max(1, wait_ms(self.tokens, self._ops, now_s))
        self.tokens = left
        return 0

    def _put_off(self, subscriber: Subscriber | PendingOp, later: RetryLater) -> None:
        self._context.stats.at(self._context.steady_s()).put_off(later)
        subscriber.tell(later)

    def _rule(self, ref: OpRef, op: Op) -> Ruling:
        return rule(self.latest, ref, op, self._context.catalog.today, self._context.now_s())

    def _accept(self, wish: PendingOp) -> None:
        self.latest = wish.ruling.cart
        if evicted := wish.ruling.evicted:
            self._evicted.append(evicted)
            self._former[evicted.outbox] = evicted.last
        self._pending.add(wish)
        self._mark()

    def _accept_bargain(self, submit_order: PendingOrder) -> None:
        """Rule on it; a refusal tells what is saved, so it waits for what came before it."""
        catalog, now_s = self._context.catalog.today, self._context.now_s()
        self.latest = submit_order.rule(self.latest, catalog, now_s)
        if change := submit_order.change:
            self._order_changes.append(change)
        elif self.sync_state is SyncState.IN_SYNC and not self._pending:
            submit_order.fulfil()
            return
        self._pending.add_bargain(submit_order)
        self._mark()

    def _mark(self) -> None:
        if self.sync_state is SyncState.IN_SYNC:
            self._context.writer.mark(self.saved.account, self)

    def _go_back_to(self, saved: Cart) -> list[PendingOp | PendingOrder]:
        """Forget what was ruled on and not saved; return what waits, in order."""
        self._batch = None
        self.latest = saved
        self._evicted.clear()
        self._order_changes.clear()
        return self._pending.pop(len(self._pending))

    def _accept_again(self, wish: PendingOp | PendingOrder) -> None:
        if isinstance(wish, PendingOrder):
            self._accept_bargain(wish)
            return
        last = self.last(wish.ref.outbox)
        if wish.ref.n != last + 1:
            wish.tell(Need(last + 1))
            return
        wish.ruling = self._rule(wish.ref, wish.op)
        self._accept(wish)

    def _repeat(self, ref: OpRef, subscriber: Subscriber) -> None:
        if wish := self._pending.find(ref):
            if wish.ref.body == ref.body:
                wish.subscribers.append(subscriber)
            else:
                subscriber.reject_duplicate()
        else:
            self._recall(ref, subscriber)

    def _answer(self, wish: PendingOp | PendingOrder) -> bool:
        """Answer *wish* if it turns out to be saved already."""
        if isinstance(wish, PendingOrder) or wish.ref.n > self.last(wish.ref.outbox):
            return False
        for subscriber in wish.subscribers:
            self._recall(wish.ref, subscriber)
        return True

    def _recall(self, ref: OpRef, subscriber: Subscriber) -> None:
        said = self._outbox(self.saved, ref.outbox).recall(ref.n)
        if said is None:
            subscriber.tell(No(ref.n, Code.EXPIRED, (), self.saved.rev))
        elif said.body == ref.body:
            subscriber.tell(said.verdict)
        else:
            subscriber.reject_duplicate()

    def _tell_moved(self, before: Cart) -> None:
        """Tell how the cart became what it is since *before*, or else tell all of it."""
        heard, self._heard = self._heard, {}
        if _same(before, self.saved):
            return
        made = [*_in_a_row(heard, before.rev + 1)]
        carts = [*accumulate((one.patch for one in made), advance, initial=before)]
        if not _same(carts[-1], self.saved):
            self.tabs.tell(self.snapshot())
            return
        for cart, one in zip(carts[1:], made, strict=True):
            self._tell_made(cart, one)

    def _tell_made(self, cart: Cart, made: CommittedChange) -> None:
        self.view.tell_change(cart, made.patch, made.by)
        if made.order:
            self.tabs.tell(made.order)

    def _forget_former(self) -> None:
        if len(self._former) > MOST_FORMER:
            kept = {tab.outbox for tab in self.tabs} | {evicted.outbox for evicted in self._evicted}
            self._former = {name: last for name, last in self._former.items() if name in kept}


def _in_a_row(made: Mapping[int, CommittedChange], rev: int) -> Iterator[CommittedChange]:
    """Yield what made revision *rev*, and the ones after it, up to the first that is missing."""
    while rev in made:
        yield made[rev]
        rev += 1


def _same(cart: Cart, other: Cart) -> bool:
    """Say whether tabs see no difference between them."""
    return (cart.epoch, cart.rev, cart.content) == (other.epoch, other.rev, other.content)
