"""Requests of a tab for state: answered at once, or as soon as its rate limit allows."""

import asyncio
from collections.abc import Callable
from enum import Enum, auto

from app.domain.limits import RateLimit
from app.domain.token_bucket import full, spend, wait_ms

REQUESTS = RateLimit(10, 2)


class Requested(Enum):
    """What is requested. Only the newest request of each kind is answered: state is replaced."""

    WATCHED = auto()
    CART = auto()


class SnapshotRequests:
    """The pending requests of one tab; *answer* is called for each (protocol.md §3)."""

    def __init__(self, answer: Callable[[Requested], None]):
        self._answer = answer
        self._loop = asyncio.get_running_loop()
        self._tokens = full(REQUESTS, self._loop.time())
        self._pending: dict[Requested, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, kind: Requested) -> None:
        """Answer a request now or later, together with others of its kind."""
        self._pending[kind] = None
        self._answer_allowed()

    def stop(self) -> None:
        """Drop what is pending."""
        self._pending.clear()
        if self._timer:
            self._timer.cancel()

    def _answer_allowed(self) -> None:
        while self._pending:
            left = spend(self._tokens, REQUESTS, self._loop.time())
            if left is None:
                self._start_timer()
                return
            self._tokens = left
            kind = next(iter(self._pending))
            del self._pending[kind]
            self._answer(kind)

    def _start_timer(self) -> None:
        if self._timer is None:
            wait_s = wait_ms(self._tokens, REQUESTS, self._loop.time()) / 1000
            self._timer = self._loop.call_later(wait_s, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._answer_allowed()
