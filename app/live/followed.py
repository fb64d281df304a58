"""A live cart that logs what becomes of each op, for whoever follows one (level debug).

It takes the place of the ordinary one, which therefore pays nothing for it.
"""

import logging

from app.domain.news import TabId
from app.domain.ops import BadOp, Op
from app.domain.outbox import Ticket
from app.domain.verdicts import Later, No
from app.live.cart import LiveCart
from app.live.deals import Bargain
from app.live.figures import OK
from app.live.ports import Asker
from app.live.wishes import Wish

log = logging.getLogger(__name__)


class FollowedCart(LiveCart):
    """A live cart of which every step of an op is a line with the op's name.

    That is account, outbox and `n`, which the browser has too, and which a patch brings to every
    tab. What was asked for is not logged: a note is its shopper's own.
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

    def _answer(self, wish: Wish | Bargain) -> bool:
        is_answered = super()._answer(wish)
        if is_answered and isinstance(wish, Wish):
            self._log_told(wish)
        return is_answered

    def _fulfil(self, wish: Wish | Bargain) -> None:
        if isinstance(wish, Bargain):
            super()._fulfil(wish)
            return
        self._log("saved", wish.ticket, version=self.saved.version)
        super()._fulfil(wish)
        self._log_told(wish)

    def _log_told(self, wish: Wish) -> None:
        self._log("told", wish.ticket, askers=len(wish.askers), tabs=len(self.tabs))

    def _log(self, step: str, ticket: Ticket, **fields: object) -> None:
        name = f"{self.saved.account}/{ticket.outbox}/{ticket.n}"
        log.debug("op %s", step, extra={"op": name, **fields})
