"""Where a numbered stream of ops stands, and what was said to the newest of them."""

from collections.abc import Mapping
from typing import NamedTuple, NewType, assert_never

from app.domain.catalog import Sku
from app.domain.verdicts import Clamped, Code, No, Ok, Verdict

OutboxId = NewType("OutboxId", str)

REMEMBERED_VERDICTS = 32
REMEMBERED_OUTBOXES = 16


class OpRef(NamedTuple):
    """The name of an op, its outbox and its number there, with a digest of its body.

    Two ops of one name are one op if their bodies are the same, and a contradiction otherwise.
    """

    outbox: OutboxId
    n: int
    body: str


class RecordedVerdict(NamedTuple):
    """What was said to an op, and the digest of the body that it was said to."""

    body: str
    verdict: Verdict


class Outbox(NamedTuple):
    """Ops are numbered from 1 without gaps; `last` is the newest that has a verdict.

    `kept` has a line for each of the newest verdicts, that of `last` at its end: body, revision,
    and what else there is to it, with tabs between; its number is told by its place. One text
    and not many values, because it goes along with every save of its cart.
    """

    last: int = 0
    kept: str = ""

    def recall(self, n: int) -> RecordedVerdict | None:
        """Return what was said to op *n*, or `None` if that is too long ago."""
        lines = self.kept.split("\n")[:-1]
        back = self.last - n + 1
        return _said(n, lines[-back]) if 0 < back <= len(lines) else None


def _line(body: str, verdict: Verdict) -> str:
    """Return how *verdict* is kept; what the shop writes to people has no tab and one line."""
    match verdict:
        case Ok(_, rev, warn):
            warning = f"\t{warn.sku}\t{warn.asked}\t{warn.got}" if warn else ""
            return f"{body}\t{rev}{warning}\n"
        case No(_, code, text, rev):
            return f"{body}\t{rev}\t{code}\t{text}\n"
        case _:
            assert_never(verdict)


def _said(n: int, line: str) -> RecordedVerdict:
    body, rev, *more = line.split("\t")
    match more:
        case []:
            return RecordedVerdict(body, Ok(n, int(rev)))
        case [sku, asked, got]:
            return RecordedVerdict(body, Ok(n, int(rev), Clamped(Sku(sku), int(asked), int(got))))
        case _:
            code, text = more
            return RecordedVerdict(body, No(n, Code(code), text, int(rev)))


class EvictedOutbox(NamedTuple):
    """An outbox that had to make room for another: only its last number is kept."""

    outbox: OutboxId
    last: int


Outboxes = Mapping[OutboxId, Outbox]
"""The outboxes of an account, the one that was used last at the end."""


def record(
    outboxes: Outboxes, ref: OpRef, verdict: Verdict
) -> tuple[Outboxes, EvictedOutbox | None]:
    """Return *outboxes* with *verdict* in them, and the one that rested longest if it must go."""
    others = dict(outboxes)
    known = others.pop(ref.outbox, Outbox())
    evicted = _make_room(others)
    kept = known.kept
    if kept.count("\n") >= REMEMBERED_VERDICTS:
        kept = kept[kept.index("\n") + 1 :]
    others[ref.outbox] = Outbox(ref.n, kept + _line(ref.body, verdict))
    return others, evicted


def _make_room(outboxes: dict[OutboxId, Outbox]) -> EvictedOutbox | None:
    if len(outboxes) < REMEMBERED_OUTBOXES:
        return None
    longest_rested = next(iter(outboxes))
    return EvictedOutbox(longest_rested, outboxes.pop(longest_rested).last)
