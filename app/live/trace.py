"""A live cart that logs what becomes of each op, for whoever follows one (level debug).

It takes the place of the ordinary one, which therefore pays nothing for it.
"""

import logging
from collections.abc import Callable

from app.domain.cart import Cart
from app.domain.ops import BadOp, Op
from app.domain.outbox import OpRef
from app.domain.verdicts import No, Ok, RetryLater
from app.live.cart import LiveCart
from app.live.pending_op import PendingOp
from app.live.ports import CommittedChange, DisconnectReason, Subscriber
from app.live.stats import OK
from app.protocol.messages import ServerMessage, TabId

log = logging.getLogger(__name__)


class TracedCart(LiveCart):
    """A live cart of which every step of an op is a line with the op's name.

    That is account, outbox and `n`, which the browser has too, and which a patch brings to every
    tab and every node. What was asked for is not logged: a note is its shopper's own.
    """

    _asked: OpRef

    def submit(self, ref: OpRef, op: Op, subscriber: Subscriber, tab: TabId | None = None) -> None:
        """Log that *op* came, and rule on it."""
        due = self.last(ref.outbox) + 1
        step = "received" if ref.n == due else "repeated" if ref.n < due else "too early"
        self._asked = ref
        self._log(step, ref, k=None if isinstance(op, BadOp) else op.kind, tab=tab)
        super().submit(ref, op, subscriber, tab)

    def _put_off(self, subscriber: Subscriber | PendingOp, later: RetryLater) -> None:
        ref = subscriber.ref if isinstance(subscriber, PendingOp) else self._asked
        self._log("put off", ref, code=later.code, retry_ms=later.retry_ms)
        super()._put_off(subscriber, later)

    def _accept(self, wish: PendingOp) -> None:
        super()._accept(wish)
        verdict = wish.ruling.verdict
        code = verdict.code if isinstance(verdict, No) else OK
        self._log("ruled", wish.ref, code=code, rev=verdict.rev)
        if not any(isinstance(subscriber, _Follower) for subscriber in wish.subscribers):
            wish.subscribers.insert(0, _Follower(lambda step: self._log_end(step, wish)))

    def _tell_made(self, cart: Cart, made: CommittedChange) -> None:
        super()._tell_made(cart, made)
        _, outbox, n, _ = made.by
        if outbox is not None and n is not None:
            name = f"{cart.account}/{outbox}/{n}"
            log.debug("op told", extra={"op": name, "what": "patch", "tabs": len(self.tabs)})

    def _log_end(self, step: str, wish: PendingOp) -> None:
        others = len(wish.subscribers) - 1
        if step == "saved":
            self._log(step, wish.ref, version=self.saved.version)
            self._log("told", wish.ref, what="verdict", subscribers=others)
        else:
            self._log(step, wish.ref, subscribers=others)

    def _log(self, step: str, ref: OpRef, **fields: object) -> None:
        name = f"{self.saved.account}/{ref.outbox}/{ref.n}"
        log.debug("op %s", step, extra={"op": name, **fields})


class _Follower:
    """Waits for an op among its askers, in front of them, to learn how it ends."""

    def __init__(self, ends: Callable[[str], None]):
        self._ends = ends

    def tell(self, news: ServerMessage) -> None:
        """Learn that it is saved, if it is; what else may be told is logged where it is said."""
        if isinstance(news, Ok | No):
            self._ends("saved")

    def reject_duplicate(self) -> None:
        """Learn that another op had its number."""
        self._ends("contradicted")

    def disconnect(self, _why: DisconnectReason) -> None:
        """Learn that the cart was given up."""
        self._ends("lost")
