"""Where a numbered stream of ops stands, and what was said to the newest of them."""

from collections.abc import Mapping
from typing import NamedTuple, NewType, assert_never

from app.domain.shelf import Sku
from app.domain.verdicts import Clamped, Code, No, Ok, Verdict

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


Kept = tuple[str, int] | tuple[str, int, Code, str] | tuple[str, int, Sku, int, int]
"""What is kept of something said: body and revision, then a refusal's code and text, or what an
ok warned of. Its number is told by its place. Small, because it is saved with every op."""


class Outbox(NamedTuple):
    """Ops are numbered from 1 without gaps; `last` is the newest that has a verdict.

    `kept` holds the newest verdicts, that of `last` at its end.
    """

    last: int = 0
    kept: tuple[Kept, ...] = ()

    def recall(self, n: int) -> Said | None:
        """Return what was said to op *n*, or `None` if that is too long ago."""
        back = self.last - n + 1
        return _said(n, self.kept[-back]) if 0 < back <= len(self.kept) else None


def _keep(body: str, verdict: Verdict) -> Kept:
    match verdict:
        case Ok(_, rev, warn):
            return (body, rev, *warn) if warn else (body, rev)
        case No(_, code, text, rev):
            return (body, rev, code, text)
        case _:
            assert_never(verdict)


def _said(n: int, kept: Kept) -> Said:
    match kept:
        case (body, rev):
            return Said(body, Ok(n, rev))
        case (body, rev, code, text):
            return Said(body, No(n, Code(code), text, rev))
        case (body, rev, sku, asked, got):
            return Said(body, Ok(n, rev, Clamped(sku, asked, got)))
        case _:
            assert_never(kept)


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
    newest = known.kept[-(REMEMBERED_VERDICTS - 1) :]
    others[ticket.outbox] = Outbox(ticket.n, (*newest, _keep(ticket.body, verdict)))
    return others, pushed


def _make_room(outboxes: dict[OutboxId, Outbox]) -> Pushed | None:
    if len(outboxes) < REMEMBERED_OUTBOXES:
        return None
    longest_rested = next(iter(outboxes))
    return Pushed(longest_rested, outboxes.pop(longest_rested).last)
