"""An op that waits to be saved."""

from msgspec import Struct

from app.domain.cart import Cart
from app.domain.catalog import Catalog
from app.domain.ops import AcceptSuggestion, AddLine, BadOp, Op, Ruling, SetLine
from app.domain.outbox import EvictedOutbox, OpRef, OutboxId, plain_outbox
from app.domain.rules import rule
from app.domain.saved_beside import SavedBeside
from app.domain.verdicts import Clamped, Code, No, Ok, RetryCode, RetryLater, Verdict
from app.live.outboxes import KnownOutboxes
from app.live.ports import DisconnectReason, OpTrace, Subscriber
from app.live.stats import Second
from app.protocol.changes import CartChange
from app.protocol.messages import By, Need, TabId

BUSY_RETRY_MS = 1000
_ADDING = AddLine | SetLine | AcceptSuggestion


class PendingOp(Struct):
    """An op, who waits for its verdict, and since when.

    `key` is the outbox and number of `ref`. `tab` is the one that sent it (None: HTTP), `asked_s` a
    time of the steady clock. `ruling` is there once it was ruled on.
    """

    key: tuple[OutboxId, int]
    ref: OpRef
    op: Op
    tab: TabId | None
    subscribers: list[Subscriber]
    asked_s: float
    trace: OpTrace | None
    ruling: Ruling | None = None
    evicted: EvictedOutbox | None = None
    beside: SavedBeside | None = None

    def rule(self, cart: Cart, catalog: Catalog, now_s: float) -> Cart:
        """Rule on it; the cart afterwards is always a new one, since it has the verdict."""
        self.ruling = ruling = rule(cart, self.ref, self.op, catalog, now_s)
        self.evicted = ruling.evicted
        if self.trace:
            self.trace.ruled(self.ref, ruling.verdict)
        return ruling.cart

    def fulfil(self, saved: Cart, second: Second, now_s: float) -> CartChange | None:
        """Tell the verdict, which is in *saved*, and count it; return the revision that it made."""
        ruling, ref, op = self.ruling, self.ref, self.op
        if ruling is None:
            return None
        if self.trace:
            self.trace.saved(ref, saved.version, len(self.subscribers))
        for subscriber in self.subscribers:
            subscriber.tell(ruling.verdict)
        second.answers.record(now_s - self.asked_s)
        verdict = ruling.verdict
        if type(verdict) is not Ok or verdict.warn:
            self._count(verdict, second)
        if ruling.patch is None or isinstance(op, BadOp):
            return None
        if not ref.by:
            return CartChange(ruling.patch, By(self.tab, ref.outbox, ref.n, op.kind))
        by = By(self.tab, plain_outbox(ref.outbox), ref.n, op.kind, ref.by)
        return CartChange(ruling.patch, by)

    def _count(self, verdict: Verdict, second: Second) -> None:
        """Count a refusal, and a product of which there was not enough."""
        match verdict:
            case Ok(warn=Clamped(sku=sku)):
                second.unmet.miss(sku)
            case No(code=code):
                second.refuse(verdict)
                if code is Code.SOLD_OUT and isinstance(self.op, _ADDING):
                    second.unmet.miss(self.op.sku)
            case Ok():
                pass

    def retry_later(self, second: Second) -> None:
        """Tell that the database is away."""
        self.defer(RetryLater(self.ref.n, RetryCode.BUSY, BUSY_RETRY_MS), second)

    def defer(self, later: RetryLater, second: Second) -> None:
        """Tell that it may be sent again *later*, and count that."""
        if self.trace:
            self.trace.deferred(self.ref, later)
        second.put_off(later)
        self._tell(later)

    def refused_by_database(self) -> bool:
        """Return False: an op is ruled on again, as it was not what could not be saved."""
        return False

    def answer_if_saved(self, outboxes: KnownOutboxes, saved: Cart) -> bool:
        """Tell the verdict if *saved* turns out to have it, and say whether it has."""
        if self.ref.n > outboxes.last(saved, self.ref.outbox):
            return False
        waiting = len(self.subscribers)
        answers = [outboxes.answer(saved, self.ref, one) for one in self.subscribers]
        if self.trace and all(answers):
            self.trace.saved(self.ref, saved.version, waiting)
        elif self.trace:
            self.trace.contradicted(self.ref, waiting)
        return True

    def ask_if_early(self, outboxes: KnownOutboxes, latest: Cart) -> bool:
        """Ask for the ops before it if *latest* does not have them, and say whether it asked."""
        due = outboxes.last(latest, self.ref.outbox) + 1
        if self.ref.n == due:
            return False
        self._tell(Need(due))
        return True

    def join(self, other: "PendingOp") -> None:
        """Have the senders of *other* wait here, if it is the same op; else reject them."""
        if other.ref.body == self.ref.body:
            self.subscribers += other.subscribers
            return
        for subscriber in other.subscribers:
            subscriber.reject_duplicate()

    def disconnect(self, why: DisconnectReason) -> None:
        """Tell that there will be no verdict."""
        if self.trace:
            self.trace.lost(self.ref, len(self.subscribers))
        for subscriber in self.subscribers:
            subscriber.disconnect(why)

    def _tell(self, message: RetryLater | Need) -> None:
        for subscriber in self.subscribers:
            subscriber.tell(message)
