"""A live cart that logs what becomes of each op, for whoever follows one (level debug).

It takes the place of the ordinary one, which therefore pays nothing for it.
"""

import logging
from collections.abc import Callable

from app.domain.cart import Cart
from app.domain.ops import BadOp, Op
from app.domain.outbox import Ticket
from app.domain.verdicts import Later, No, Ok
from app.live.cart import LiveCart
from app.live.figures import OK
from app.live.ports import Asker, Farewell, Made
from app.live.wishes import Wish
from app.protocol.messages import News, TabId

log = logging.getLogger(__name__)


class FollowedCart(LiveCart):
    """A live cart of which every step of an op is a line with the op's name.

    That is account, outbox and `n`, which the browser has too, and which a patch brings to every
    tab and every node. What was asked for is not logged: a note is its shopper's own.
    """

    _asked: Ticket

    def submit(self, ticket: Ticket, op: Op, asker: Asker, tab: TabId | None = None) -> None:
        """Log that *op* came, and rule on it."""
        due = self.last(ticket.outbox) + 1
        step = "received" if ticket.n == due else "repeated" if ticket.n < due else "too early"
        self._asked = ticket
        self._log(step, ticket, k=None if isinstance(op, BadOp) else op.kind, tab=tab)
        super().submit(ticket, op, asker, tab)

    def _put_off(self, asker: Asker | Wish, later: Later) -> None:
        ticket = asker.ticket if isinstance(asker, Wish) else self._asked
        self._log("put off", ticket, code=later.code, retry_ms=later.retry_ms)
        super()._put_off(asker, later)

    def _accept(self, wish: Wish) -> None:
        super()._accept(wish)
        verdict = wish.ruling.verdict
        code = verdict.code if isinstance(verdict, No) else OK
        self._log("ruled", wish.ticket, code=code, rev=verdict.rev)
        if not any(isinstance(asker, _Follower) for asker in wish.askers):
            wish.askers.insert(0, _Follower(lambda step: self._log_end(step, wish)))

    def _tell_made(self, cart: Cart, made: Made) -> None:
        super()._tell_made(cart, made)
        _, outbox, n, _ = made.by
        if outbox is not None and n is not None:
            name = f"{cart.account}/{outbox}/{n}"
            log.debug("op told", extra={"op": name, "what": "patch", "tabs": len(self.tabs)})

    def _log_end(self, step: str, wish: Wish) -> None:
        others = len(wish.askers) - 1
        if step == "saved":
            self._log(step, wish.ticket, version=self.saved.version)
            self._log("told", wish.ticket, what="verdict", askers=others)
        else:
            self._log(step, wish.ticket, askers=others)

    def _log(self, step: str, ticket: Ticket, **fields: object) -> None:
        name = f"{self.saved.account}/{ticket.outbox}/{ticket.n}"
        log.debug("op %s", step, extra={"op": name, **fields})


class _Follower:
    """Waits for an op among its askers, in front of them, to learn how it ends."""

    def __init__(self, ends: Callable[[str], None]):
        self._ends = ends

    def tell(self, news: News) -> None:
        """Learn that it is saved, if it is; what else may be told is logged where it is said."""
        if isinstance(news, Ok | No):
            self._ends("saved")

    def contradict(self) -> None:
        """Learn that another op had its number."""
        self._ends("contradicted")

    def dismiss(self, _why: Farewell) -> None:
        """Learn that the cart was given up."""
        self._ends("lost")
