"""Ops that were ruled on and are not saved yet, in the order in which they came."""

from dataclasses import dataclass
from itertools import islice

from app.domain.cart import Cart
from app.domain.ops import BadOp, Op, Ruling
from app.domain.outbox import OutboxId, Ticket
from app.live.deals import Bargain
from app.live.ports import Asker, Farewell, Made
from app.protocol.messages import By, News, TabId


@dataclass(slots=True)
class Wish:
    """An op, what came of it so far, who waits to hear of it, and since when."""

    ticket: Ticket
    op: Op
    tab: TabId | None
    askers: list[Asker]
    ruling: Ruling
    asked_s: float

    @property
    def step(self) -> tuple[Cart, Made] | None:
        """Return the cart afterwards, and what was done to it; None if nothing was."""
        cart, _, patch, _ = self.ruling
        if patch is None or isinstance(self.op, BadOp):
            return None
        return cart, Made(patch, By(self.tab, self.ticket.outbox, self.ticket.n, self.op.kind))

    def fulfil(self) -> None:
        """Tell what came of it."""
        self.tell(self.ruling.verdict)

    def tell(self, news: News) -> None:
        """Tell everybody who waits."""
        for asker in self.askers:
            asker.tell(news)

    def dismiss(self, why: Farewell) -> None:
        """Let go of everybody who waits."""
        for asker in self.askers:
            asker.dismiss(why)


class Wishes:
    """The wishes of one cart, found by outbox and number; bargains by their names."""

    def __init__(self) -> None:
        self._wishes: dict[tuple[OutboxId, int] | str, Wish | Bargain] = {}

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._wishes)

    def add(self, wish: Wish) -> None:
        """Put *wish* at the end."""
        self._wishes[wish.ticket.outbox, wish.ticket.n] = wish

    def add_bargain(self, bargain: Bargain) -> None:
        """Put *bargain* at the end."""
        self._wishes[bargain.name] = bargain

    def find(self, ticket: Ticket) -> Wish | None:
        """Return the wish with the name of *ticket*."""
        wish = self._wishes.get((ticket.outbox, ticket.n))
        return wish if isinstance(wish, Wish) else None

    def find_bargain(self, name: str) -> Bargain | None:
        """Return the bargain of this name."""
        bargain = self._wishes.get(name)
        return None if isinstance(bargain, Wish) else bargain

    def pop(self, count: int) -> list[Wish | Bargain]:
        """Take the first *count* out."""
        names = list(islice(self._wishes, count))
        return [self._wishes.pop(name) for name in names]
