"""The ops of one tab, numbered, until each has its verdict (protocol.md §3, `op`)."""

from collections.abc import Iterator
from typing import Generic, NamedTuple, TypeVar

from app.domain.limits import MOST_PENDING
from app.domain.outbox import REMEMBERED_VERDICTS, OutboxId
from app.domain.verdicts import Verdict

MOST_WAITING = 1024
"""Ops that may wait for a verdict, sent or not."""

T = TypeVar("T")


class OutboxFull(Exception):
    """Too many ops wait for a verdict; wait for some before asking for more."""


class Waiting(NamedTuple, Generic[T]):
    """An op without a verdict, and who wants to know."""

    body: str
    asker: T


class Outbox(Generic[T]):
    """Ops wait here in order: under way those that were sent, the others in line.

    `settled` is the newest number that is known to have its verdict.
    """

    def __init__(self, name: OutboxId):
        self._is_held = False
        self._start(name, [])

    def _start(self, name: OutboxId, waiting: list[Waiting[T]]) -> None:
        self.name = name
        self.settled = 0
        self._newest_sent = 0
        self._went_back_to = 0
        self._under_way: dict[int, Waiting[T]] = {}
        self._in_line = dict(enumerate(waiting, 1))
        self._next = len(waiting) + 1
        self._done: dict[int, str] = {}

    def __len__(self) -> int:
        """Return how many have no verdict."""
        return len(self._under_way) + len(self._in_line)

    @property
    def pend(self) -> list[int]:
        """The numbers that were ever sent, and have no verdict."""
        sent_before = (n for n in self._in_line if n <= self._newest_sent)
        return [*self._under_way, *sent_before]

    def put(self, body: str, asker: T) -> int:
        """Give the op the next number and put it in line; `OutboxFull` if that is too long."""
        if len(self) >= MOST_WAITING:
            raise OutboxFull(f"{MOST_WAITING} ops wait for a verdict already")
        n = self._next
        self._next += 1
        self._in_line[n] = Waiting(body, asker)
        return n

    def take(self, inflight: int) -> Iterator[tuple[int, str]]:
        """Yield those that may be sent now, *inflight* in all; they are under way from then on."""
        most = 0 if self._is_held else min(inflight, MOST_PENDING)
        while self._in_line and len(self._under_way) < most:
            n = next(iter(self._in_line))
            waiting = self._under_way[n] = self._in_line.pop(n)
            self._newest_sent = max(self._newest_sent, n)
            yield n, waiting.body

    def settle(self, verdict: Verdict) -> T | None:
        """Take note of *verdict*; return who wants to know, if it is news."""
        n = verdict.n
        self.settled = max(self.settled, n)
        waiting = self._under_way.pop(n, None) or self._in_line.pop(n, None)
        if waiting is None:
            return None
        self._done[n] = waiting.body
        if len(self._done) > REMEMBERED_VERDICTS:
            del self._done[next(iter(self._done))]
        return waiting.asker

    def hold(self, n: int) -> None:
        """Hand out nothing until `release`, then again from op *n* on: order is kept."""
        self._is_held = True
        self._go_back_to(n)

    def release(self) -> None:
        """Go on after `hold`."""
        self._is_held = False

    def has(self, n: int) -> bool:
        """Say whether op *n* can still be sent; if so, go on from there.

        A server that missed one op says so at each that follows: only the first time counts.
        """
        if n not in self._under_way and n not in self._in_line:
            return False
        if n != self._went_back_to:
            self._go_back_to(n)
        return True

    def rewind(self) -> None:
        """Put all that is under way back in line: there is a new connection."""
        self._go_back_to(0)

    def rename(self, name: OutboxId) -> None:
        """Start over as a new outbox: what waits is numbered from 1."""
        self._start(name, self._waiting())

    def body(self, n: int) -> str | None:
        """Return what op *n* says, if it waits or is among the newest that were settled."""
        waiting = self._under_way.get(n) or self._in_line.get(n)
        return waiting.body if waiting else self._done.get(n)

    def clear(self) -> list[T]:
        """Forget all that waits; return who wanted to know."""
        askers = [waiting.asker for waiting in self._waiting()]
        self._start(self.name, [])
        return askers

    def _waiting(self) -> list[Waiting[T]]:
        return [*self._under_way.values(), *self._in_line.values()]

    def _go_back_to(self, n: int) -> None:
        self._went_back_to = n
        again = {number: one for number, one in self._under_way.items() if number >= n}
        for number in again:
            del self._under_way[number]
        self._in_line = {**again, **self._in_line}
