"""A log of what becomes of each op, for level debug."""

import logging

from app.domain.accounts import AccountId
from app.domain.ops import BadOp, Op
from app.domain.outbox import OpRef
from app.domain.verdicts import No, RetryLater, Verdict
from app.live.stats import OK
from app.protocol.messages import By, TabId

log = logging.getLogger(__name__)


class LoggingTrace:
    """An `OpTrace` that logs every step of one account's ops with the op's name.

    The name is account, outbox and `n`, which the browser has too, and which a patch brings to
    every tab and node. The op itself is not logged: a note is its shopper's own.
    """

    def __init__(self, account: AccountId):
        self._account = account

    def received(self, ref: OpRef, op: Op, tab: TabId | None, due: int) -> None:
        """Log that *op* came while number *due* was the next."""
        step = "received" if ref.n == due else "repeated" if ref.n < due else "too early"
        self._log(step, ref, k=None if isinstance(op, BadOp) else op.kind, tab=tab)

    def deferred(self, ref: OpRef, later: RetryLater) -> None:
        """Log that the op may be sent again later."""
        self._log("put off", ref, code=later.code, retry_ms=later.retry_ms)

    def ruled(self, ref: OpRef, verdict: Verdict) -> None:
        """Log the verdict, which is not saved yet."""
        code = verdict.code if isinstance(verdict, No) else OK
        self._log("ruled", ref, code=code, rev=verdict.rev)

    def saved(self, ref: OpRef, version: int, subscribers: int) -> None:
        """Log that the verdict is saved, and sent to so many."""
        self._log("saved", ref, version=version)
        self._log("told", ref, what="verdict", subscribers=subscribers)

    def contradicted(self, ref: OpRef, subscribers: int) -> None:
        """Log that another op with this number was saved first."""
        self._log("contradicted", ref, subscribers=subscribers)

    def lost(self, ref: OpRef, subscribers: int) -> None:
        """Log that the cart was given up before the op was saved."""
        self._log("lost", ref, subscribers=subscribers)

    def patched(self, by: By, tabs: int) -> None:
        """Log that an op's patch was sent to so many tabs; the op may be another node's."""
        if by.outbox is not None and by.n is not None:
            self._log("told", OpRef(by.outbox, by.n, ""), what="patch", tabs=tabs)

    def _log(self, step: str, ref: OpRef, **fields: object) -> None:
        name = f"{self._account}/{ref.outbox}/{ref.n}"
        log.debug("op %s", step, extra={"op": name, **fields})
