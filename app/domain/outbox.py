"""Where a numbered stream of ops stands, and what was said to the newest of them."""

from collections.abc import Mapping
from typing import NamedTuple, NewType

from app.domain.verdicts import Verdict

OutboxId = NewType("OutboxId", str)

REMEMBERED_VERDICTS = 32
REMEMBERED_OUTBOXES = 16


class Ticket(NamedTuple):
    """The name of an op, its outbox and its number there, with a digest of its body.

    Two ops of one name are one op if their bodies are the same, and a contradiction otherwise.
    """

    outbox: OutboxId
    n: int
    body: str


class Said(NamedTuple):
    """What was said to an op, and the digest of the body that it was said to."""

    body: str
    verdict: Verdict


class Outbox(NamedTuple):
    """Ops are numbered from 1 without gaps; `last` is the newest that has a verdict.

    `said` holds the newest verdicts, that of `last` at its end.
    """

    last: int = 0
    said: tuple[Said, ...] = ()

    def recall(self, n: int) -> Said | None:
        """Return what was said to op *n*, or `None` if that is too long ago."""
        back = self.last - n + 1
        return self.said[-back] if 0 < back <= len(self.said) else None


class Pushed(NamedTuple):
    """An outbox that had to make room for another: only its last number is kept."""

    outbox: OutboxId
    last: int


Outboxes = Mapping[OutboxId, Outbox]
"""The outboxes of an account, the one that was used last at the end."""


def record(outboxes: Outboxes, ticket: Ticket, verdict: Verdict) -> tuple[Outboxes, Pushed | None]:
    """Return *outboxes* with *verdict* in them, and the one that rested longest if it must go."""
    others = dict(outboxes)
    known = others.pop(ticket.outbox, Outbox())
    pushed = _make_room(others)
    newest = known.said[-(REMEMBERED_VERDICTS - 1) :]
    others[ticket.outbox] = Outbox(ticket.n, (*newest, Said(ticket.body, verdict)))
    return others, pushed


def _make_room(outboxes: dict[OutboxId, Outbox]) -> Pushed | None:
    if len(outboxes) < REMEMBERED_OUTBOXES:
        return None
    longest_rested = next(iter(outboxes))
    return Pushed(longest_rested, outboxes.pop(longest_rested).last)
