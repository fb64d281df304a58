"""Numbered streams of ops, and what makes an op idempotent: the verdicts of the newest ones.

The idempotency key of an op is its account, outbox and number, with a digest of its body: an op
that comes again gets the verdict that was recorded, and changes nothing (protocol.md §3).
"""

from collections.abc import Iterable, Mapping
from typing import NewType
from urllib.parse import quote, unquote

from msgspec import Struct

from app.domain.accounts import AccountId
from app.domain.catalog import Sku
from app.domain.languages import Language, Translations
from app.domain.members import OWNER
from app.domain.verdicts import Clamped, Code, No, Ok, Verdict

OutboxId = NewType("OutboxId", str)

REMEMBERED_VERDICTS = 32
REMEMBERED_OUTBOXES = 16
"""May be lowered, but not raised: what has left a cart is looked up only if the cart is full."""
OLD_DIGEST_LENGTH = 8
"""Of the digests that older versions made; today's have six characters."""

_REFUSED, _READY_MADE = "!", "?"
"""Before the code of a refusal: one with arguments, or one that was recorded as a sentence."""
_IS = "="
"""Between a language and a name; in an argument it would be quoted."""
_OF = "/"
"""Between a member's account and an outbox; neither has one in it."""


class OpRef(Struct, frozen=True, gc=False):
    """The name of an op: its outbox, its number there, a digest of its body, and who sent it.

    Two ops with the same outbox and number are the same op if their bodies are, and else a
    conflict. The outbox of a member of the household is called as by `outbox_of`.
    """

    outbox: OutboxId
    n: int
    body: str
    by: AccountId = OWNER


def outbox_of(by: AccountId, outbox: OutboxId) -> OutboxId:
    """Return what *outbox* of *by* is called in a cart: those of members are theirs alone."""
    return OutboxId(f"{by}{_OF}{outbox}") if by else outbox


def sender_of(outbox: OutboxId) -> AccountId:
    """Return whose an outbox in a cart is."""
    return AccountId(outbox.rpartition(_OF)[0])


def plain_outbox(outbox: OutboxId) -> OutboxId:
    """Return what its client calls an outbox in a cart."""
    return OutboxId(outbox.rpartition(_OF)[2])


class RecordedVerdict(Struct, frozen=True, gc=False):
    """The verdict on an op, and the digest of the body that it was given for."""

    body: str
    verdict: Verdict

    def is_for(self, body: str) -> bool:
        """Say whether the op with the digest *body* is this one.

        An older version's digest cannot be compared with *body*; its op counts as the same.
        """
        return self.body == body or len(self.body) == OLD_DIGEST_LENGTH


class Outbox(Struct, frozen=True, gc=False, array_like=True):
    """Ops are numbered from 1 without gaps; `last` is the newest that has a verdict, at `rev`.

    `kept` has a row for each of the newest verdicts, oldest first, each ended by a comma. A row's
    fields are separated by spaces, and its number follows from its place:

    - `body` of an `Ok` that made the next revision after the row before;
    - `body rise` of another `Ok`, which is at a revision higher by so many;
    - `body rise sku asked got` of an `Ok` whose quantity was clamped;
    - `body rise !code args… language=name…` of a `No`, or `body rise ?code text` with a sentence.

    It is one text and not many values because it is saved whenever its cart is. Nothing in it has
    to be escaped in JSON: arguments, names and sentences are written as in a URL. An older version
    takes the names for more arguments, which its sentences do not use.
    """

    last: int = 0
    rev: int = 0
    kept: str = ""

    def recall(self, n: int) -> RecordedVerdict | None:
        """Return the verdict on op *n*, or `None` if it is too old to be kept."""
        rows = self.kept.split(",")[:-1]
        back = self.last - n + 1
        if not 0 < back <= len(rows):
            return None
        newer = rows[len(rows) - back + 1 :]
        rev = self.rev - sum(_rise(row) for row in newer)
        return _decode(n, rev, rows[-back])


def _rise(row: str) -> int:
    _, *more = row.split(" ", 2)
    return int(more[0]) if more else 1


def _decode(n: int, rev: int, row: str) -> RecordedVerdict:
    body, *more = row.split(" ")
    return RecordedVerdict(body, _verdict(n, rev, more[1:]))


def _verdict(n: int, rev: int, more: list[str]) -> Verdict:
    match more:
        case []:
            return Ok(n, rev)
        case [code, *fields] if code.startswith(_REFUSED):
            args = tuple(unquote(field) for field in fields if _IS not in field)
            return No(n, Code(code.removeprefix(_REFUSED)), args, rev, names=_names(fields))
        case [code, text] if code.startswith(_READY_MADE):
            return No(n, Code(code.removeprefix(_READY_MADE)), (), rev, unquote(text))
        case _:
            sku, asked, got = more
            return Ok(n, rev, Clamped(Sku(sku), int(asked), int(got)))


def _names(fields: Iterable[str]) -> Translations:
    pairs = (field.partition(_IS) for field in fields if _IS in field)
    return {Language(language): unquote(name) for language, _, name in pairs}


class EvictedOutbox(Struct, frozen=True, gc=False):
    """An outbox that left the cart to make room for another: only its last number is kept."""

    outbox: OutboxId
    last: int


Outboxes = Mapping[OutboxId, Outbox]
"""The outboxes of a cart, the most recently used at the end; each of those who use it has 16."""


def record(
    outboxes: Outboxes, ref: OpRef, verdict: Verdict
) -> tuple[Outboxes, EvictedOutbox | None]:
    """Return *outboxes* with *verdict*, and the least recently used one if it had to go."""
    others = dict(outboxes)
    known = others.pop(ref.outbox, None)
    evicted = None
    if known is None:
        known, evicted = Outbox(), _make_room(others, ref.by)
    others[ref.outbox] = with_verdict(known, ref.body, verdict)
    return others, evicted


def has_room(outboxes: Outboxes) -> bool:
    """Say whether none of the cart's outboxes had to make room for another so far."""
    return len(outboxes) < REMEMBERED_OUTBOXES


def with_verdict(outbox: Outbox, body: str, verdict: Verdict) -> Outbox:
    """Return *outbox* with the verdict on its next op, which has the digest *body*."""
    kept, rise = outbox.kept, verdict.rev - outbox.rev
    if kept.count(",") >= REMEMBERED_VERDICTS:
        kept = kept.partition(",")[2]
    if isinstance(verdict, No):
        row = _refusal_row(body, rise, verdict)
    elif warn := verdict.warn:
        row = f"{body} {rise} {warn.sku} {warn.asked} {warn.got},"
    else:
        row = f"{body}," if rise == 1 else f"{body} {rise},"
    return Outbox(verdict.n, verdict.rev, kept + row)


def _refusal_row(body: str, rise: int, verdict: No) -> str:
    mark, words = (_READY_MADE, (verdict.text,)) if verdict.text else (_REFUSED, verdict.args)
    fields = [body, str(rise), mark + verdict.code, *map(_quoted, words)]
    fields += [language + _IS + _quoted(name) for language, name in verdict.names.items()]
    return " ".join(fields) + ","


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _make_room(outboxes: dict[OutboxId, Outbox], by: AccountId) -> EvictedOutbox | None:
    """Remove the least recently used outbox of *by*, if there are as many as may be."""
    if has_room(outboxes):
        return None
    theirs = [name for name in outboxes if sender_of(name) == by]
    if len(theirs) < REMEMBERED_OUTBOXES:
        return None
    return EvictedOutbox(theirs[0], outboxes.pop(theirs[0]).last)
