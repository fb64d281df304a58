"""What a tab asked to see: answered at once, or as soon as it has not asked too often."""

import asyncio
from collections.abc import Callable
from enum import Enum, auto

from app.domain.token_bucket import Bucket, full, spend, wait_ms

LOOKS = Bucket(10, 2)


class Look(Enum):
    """A question that is answered with state, so that only the newest one counts."""

    WATCHED = auto()
    CART = auto()


class Looks:
    """The questions of one tab; *answer* is called for each that is owed (protocol.md §3)."""

    def __init__(self, answer: Callable[[Look], None]):
        self._answer = answer
        self._loop = asyncio.get_running_loop()
        self._allowance = full(LOOKS, self._loop.time())
        self._owed: dict[Look, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def ask(self, look: Look) -> None:
        """Owe an answer to *look*, once."""
        self._owed[look] = None
        self._settle()

    def stop(self) -> None:
        """Answer nothing more."""
        self._owed.clear()
        if self._timer:
            self._timer.cancel()

    def _settle(self) -> None:
        while self._owed:
            left = spend(self._allowance, LOOKS, self._loop.time())
            if left is None:
                self._settle_later()
                return
            self._allowance = left
            look = next(iter(self._owed))
            del self._owed[look]
            self._answer(look)

    def _settle_later(self) -> None:
        if self._timer is None:
            wait_s = wait_ms(self._allowance, LOOKS, self._loop.time()) / 1000
            self._timer = self._loop.call_later(wait_s, self._settle_again)

    def _settle_again(self) -> None:
        self._timer = None
        self._settle()
