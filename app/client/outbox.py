"""The ops of one tab, numbered, until each has its verdict (protocol.md §3, `op`)."""

from collections.abc import Iterator
from typing import Generic, NamedTuple, TypeVar

from app.client.encode import op_body
from app.domain.limits import MOST_PENDING
from app.domain.ops import ClientOp
from app.domain.outbox import REMEMBERED_VERDICTS, OutboxId
from app.domain.verdicts import Verdict

MOST_WAITING = 1024
"""The most ops without a verdict, sent or not."""

T = TypeVar("T")


class OutboxFull(Exception):
    """Too many ops have no verdict; await some before submitting more."""


class Waiting(NamedTuple, Generic[T]):
    """An op without a verdict, its encoded body, and what its submitter waits on."""

    op: ClientOp
    body: str
    waiter: T


class Outbox(Generic[T]):
    """Ops in the order of their numbers: first those in flight, then those queued.

    `settled` is the newest number that has a verdict.
    """

    def __init__(self, name: OutboxId):
        self._is_paused = False
        self._start(name, [])

    def _start(self, name: OutboxId, waiting: list[Waiting[T]]) -> None:
        self.name = name
        self.settled = 0
        self._newest_sent = 0
        self._requeued_from = 0
        self._in_flight: dict[int, Waiting[T]] = {}
        self._queued = dict(enumerate(waiting, 1))
        self._next = len(waiting) + 1
        self._settled_bodies: dict[int, str] = {}

    def __len__(self) -> int:
        """Return how many ops have no verdict."""
        return len(self._in_flight) + len(self._queued)

    @property
    def pend(self) -> list[int]:
        """The numbers that were sent at least once and have no verdict."""
        sent_before = (n for n in self._queued if n <= self._newest_sent)
        return [*self._in_flight, *sent_before]

    @property
    def unsettled(self) -> list[tuple[int, ClientOp]]:
        """The ops without a verdict, sent or not, with their numbers in order."""
        return [(n, waiting.op) for n, waiting in [*self._in_flight.items(), *self._queued.items()]]

    @property
    def waiters(self) -> list[T]:
        """The waiters of all ops without a verdict."""
        return [waiting.waiter for waiting in self._waiting()]

    def put(self, op: ClientOp, waiter: T) -> int:
        """Queue an op, and return its number. Raises OutboxFull, or UnicodeEncodeError."""
        if len(self) >= MOST_WAITING:
            raise OutboxFull(f"{MOST_WAITING} ops wait for a verdict already")
        waiting = Waiting(op, op_body(op), waiter)
        n = self._next
        self._next += 1
        self._queued[n] = waiting
        return n

    def take(self, inflight: int) -> Iterator[tuple[int, str]]:
        """Yield the ops to send now, number and body, while fewer than *inflight* are in flight."""
        most = 0 if self._is_paused else min(inflight, MOST_PENDING)
        while self._queued and len(self._in_flight) < most:
            n = next(iter(self._queued))
            waiting = self._in_flight[n] = self._queued.pop(n)
            self._newest_sent = max(self._newest_sent, n)
            yield n, waiting.body

    def settle(self, verdict: Verdict) -> T | None:
        """Remove the op of *verdict*, and return its waiter; `None` if it was settled before."""
        n = verdict.n
        self.settled = max(self.settled, n)
        waiting = self._in_flight.pop(n, None) or self._queued.pop(n, None)
        if waiting is None:
            return None
        self._settled_bodies[n] = waiting.body
        if len(self._settled_bodies) > REMEMBERED_VERDICTS:
            del self._settled_bodies[next(iter(self._settled_bodies))]
        return waiting.waiter

    def pause_at(self, n: int) -> None:
        """Send nothing until `resume`, and then from op *n* on, so that the order is kept."""
        self._is_paused = True
        self._requeue_from(n)

    def resume(self) -> None:
        """End a pause."""
        self._is_paused = False

    def resend_from(self, n: int) -> bool:
        """Requeue the ops in flight from *n* on; return False if op *n* is not waiting any more.

        A server that misses one op says so for each op after it: only the first time counts.
        """
        if n not in self._in_flight and n not in self._queued:
            return False
        if n != self._requeued_from:
            self._requeue_from(n)
        return True

    def requeue_all(self) -> None:
        """Requeue all ops in flight: there is a new connection."""
        self._requeue_from(0)

    def restart(self, name: OutboxId) -> None:
        """Become a new outbox; waiting ops are numbered from 1."""
        self._start(name, self._waiting())

    def body(self, n: int) -> str | None:
        """Return the body of op *n*, if it waits or is among the newest settled ones."""
        waiting = self._in_flight.get(n) or self._queued.get(n)
        return waiting.body if waiting else self._settled_bodies.get(n)

    def clear(self) -> None:
        """Remove all waiting ops."""
        self._start(self.name, [])

    def _waiting(self) -> list[Waiting[T]]:
        return [*self._in_flight.values(), *self._queued.values()]

    def _requeue_from(self, n: int) -> None:
        self._requeued_from = n
        requeued = {number: op for number, op in self._in_flight.items() if number >= n}
        for number in requeued:
            del self._in_flight[number]
        self._queued = {**requeued, **self._queued}
