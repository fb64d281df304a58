"""What a tab asked to see: answered at once, or as soon as it has not asked too often."""

import asyncio
from collections.abc import Callable
from enum import Enum, auto

from app.domain.token_bucket import RateLimit, full, spend, wait_ms

REQUESTS = RateLimit(10, 2)


class Requested(Enum):
    """A question that is answered with state, so that only the newest one counts."""

    WATCHED = auto()
    CART = auto()


class SnapshotRequests:
    """The questions of one tab; *answer* is called for each that is owed (protocol.md §3)."""

    def __init__(self, answer: Callable[[Requested], None]):
        self._answer = answer
        self._loop = asyncio.get_running_loop()
        self._tokens = full(REQUESTS, self._loop.time())
        self._pending: dict[Requested, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def ask(self, kind: Requested) -> None:
        """Owe an answer to *kind*, once."""
        self._pending[kind] = None
        self._settle()

    def stop(self) -> None:
        """Answer nothing more."""
        self._pending.clear()
        if self._timer:
            self._timer.cancel()

    def _settle(self) -> None:
        while self._pending:
            left = spend(self._tokens, REQUESTS, self._loop.time())
            if left is None:
                self._settle_later()
                return
            self._tokens = left
            kind = next(iter(self._pending))
            del self._pending[kind]
            self._answer(kind)

    def _settle_later(self) -> None:
        if self._timer is None:
            wait_s = wait_ms(self._tokens, REQUESTS, self._loop.time()) / 1000
            self._timer = self._loop.call_later(wait_s, self._settle_again)

    def _settle_again(self) -> None:
        self._timer = None
        self._settle()
