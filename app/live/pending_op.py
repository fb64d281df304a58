"""Ops that were ruled on and are not saved yet, in the order in which they came."""

from dataclasses import dataclass
from itertools import islice

from app.domain.cart import Cart
from app.domain.ops import BadOp, Op, Ruling
from app.domain.outbox import OpRef, OutboxId
from app.live.pending_order import PendingOrder
from app.live.ports import CommittedChange, DisconnectReason, Subscriber
from app.protocol.messages import By, ServerMessage, TabId


@dataclass(slots=True)
class PendingOp:
    """An op, what came of it so far, who waits to hear of it, and since when."""

    ref: OpRef
    op: Op
    tab: TabId | None
    subscribers: list[Subscriber]
    ruling: Ruling
    asked_s: float

    @property
    def step(self) -> tuple[Cart, CommittedChange] | None:
        """Return the cart afterwards, and what was done to it; None if nothing was."""
        cart, _, patch, _ = self.ruling
        if patch is None or isinstance(self.op, BadOp):
            return None
        return cart, CommittedChange(patch, By(self.tab, self.ref.outbox, self.ref.n, self.op.kind))

    def fulfil(self) -> None:
        """Tell what came of it."""
        self.tell(self.ruling.verdict)

    def tell(self, news: ServerMessage) -> None:
        """Tell everybody who waits."""
        for subscriber in self.subscribers:
            subscriber.tell(news)

    def disconnect(self, why: DisconnectReason) -> None:
        """Let go of everybody who waits."""
        for subscriber in self.subscribers:
            subscriber.disconnect(why)


class PendingQueue:
    """The wishes of one cart, found by outbox and number; bargains by their names."""

    def __init__(self) -> None:
        self._pending: dict[tuple[OutboxId, int] | str, PendingOp | PendingOrder] = {}

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._pending)

    def add(self, wish: PendingOp) -> None:
        """Put *wish* at the end."""
        self._pending[wish.ref.outbox, wish.ref.n] = wish

    def add_bargain(self, bargain: PendingOrder) -> None:
        """Put *bargain* at the end."""
        self._pending[bargain.name] = bargain

    def find(self, ref: OpRef) -> PendingOp | None:
        """Return the wish with the name of *ref*."""
        wish = self._pending.get((ref.outbox, ref.n))
        return wish if isinstance(wish, PendingOp) else None

    def find_bargain(self, name: str) -> PendingOrder | None:
        """Return the bargain of this name."""
        bargain = self._pending.get(name)
        return None if isinstance(bargain, PendingOp) else bargain

    def pop(self, count: int) -> list[PendingOp | PendingOrder]:
        """Take the first *count* out."""
        names = list(islice(self._pending, count))
        return [self._pending.pop(name) for name in names]
