"""Numbered streams of ops, and what makes an op idempotent: the verdicts of the newest ones.

The idempotency key of an op is its account, outbox and number, with a digest of its body: an op
that comes again gets the verdict that was recorded, and changes nothing (protocol.md §3).
"""

from collections.abc import Mapping
from typing import NamedTuple, NewType, assert_never

from app.domain.catalog import Sku
from app.domain.verdicts import Clamped, Code, No, Ok, Verdict

OutboxId = NewType("OutboxId", str)

REMEMBERED_VERDICTS = 32
REMEMBERED_OUTBOXES = 16

_REFUSED = "!"
"""Stands before the code of a refusal with arguments; a code without it has a sentence."""


class OpRef(NamedTuple):
    """The name of an op: its outbox, its number there, and a digest of its body.

    Two ops with the same outbox and number are the same op if their bodies are, and else a
    conflict.
    """

    outbox: OutboxId
    n: int
    body: str


class RecordedVerdict(NamedTuple):
    """The verdict on an op, and the digest of the body that it was given for."""

    body: str
    verdict: Verdict


class Outbox(NamedTuple):
    """Ops are numbered from 1 without gaps; `last` is the newest that has a verdict.

    `kept` has a row for each of the newest verdicts, oldest first, each ended by a newline. A
    row's fields are separated by tabs, and its number follows from its place:

    - `body rev` of an `Ok`, with `sku asked got` behind it if the quantity was clamped;
    - `body rev !code args…` of a `No`; older versions wrote `body rev code text`.

    It is one text and not many values because it is saved whenever its cart is.
    """

    last: int = 0
    kept: str = ""

    def recall(self, n: int) -> RecordedVerdict | None:
        """Return the verdict on op *n*, or `None` if it is too old to be kept."""
        rows = self.kept.split("\n")[:-1]
        back = self.last - n + 1
        return _decode(n, rows[-back]) if 0 < back <= len(rows) else None


def _encode(body: str, verdict: Verdict) -> str:
    """Return the row of *verdict*; names and numbers of the shop have neither tab nor newline."""
    match verdict:
        case Ok(_, rev, warn):
            warning = f"\t{warn.sku}\t{warn.asked}\t{warn.got}" if warn else ""
            return f"{body}\t{rev}{warning}\n"
        case No(_, code, args, rev):
            return "\t".join((body, str(rev), _REFUSED + code, *args)) + "\n"
        case _:
            assert_never(verdict)


def _decode(n: int, row: str) -> RecordedVerdict:
    body, rev, *more = row.split("\t")
    return RecordedVerdict(body, _verdict(n, int(rev), more))


def _verdict(n: int, rev: int, more: list[str]) -> Verdict:
    match more:
        case []:
            return Ok(n, rev)
        case [code, *args] if code.startswith(_REFUSED):
            return No(n, Code(code.removeprefix(_REFUSED)), tuple(args), rev)
        case [code, text]:
            return No(n, Code(code), (), rev, text)
        case _:
            sku, asked, got = more
            return Ok(n, rev, Clamped(Sku(sku), int(asked), int(got)))


class EvictedOutbox(NamedTuple):
    """An outbox that left the cart to make room for another: only its last number is kept."""

    outbox: OutboxId
    last: int


Outboxes = Mapping[OutboxId, Outbox]
"""The outboxes of an account, the most recently used at the end."""


def record(
    outboxes: Outboxes, ref: OpRef, verdict: Verdict
) -> tuple[Outboxes, EvictedOutbox | None]:
    """Return *outboxes* with *verdict* recorded, and the least recently used one if it had to go.

    A verdict of an older version, which has its sentence instead of arguments, is never recorded.
    """
    others = dict(outboxes)
    known = others.pop(ref.outbox, Outbox())
    evicted = _make_room(others)
    kept = known.kept
    if kept.count("\n") >= REMEMBERED_VERDICTS:
        kept = kept[kept.index("\n") + 1 :]
    others[ref.outbox] = Outbox(ref.n, kept + _encode(ref.body, verdict))
    return others, evicted


def _make_room(outboxes: dict[OutboxId, Outbox]) -> EvictedOutbox | None:
    if len(outboxes) < REMEMBERED_OUTBOXES:
        return None
    least_recent = next(iter(outboxes))
    return EvictedOutbox(least_recent, outboxes.pop(least_recent).last)
