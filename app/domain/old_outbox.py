"""Outboxes as older versions wrote them down, in carts that were not saved since."""

from app.domain.catalog import Sku
from app.domain.outbox import Outbox, with_verdict
from app.domain.verdicts import Clamped, Code, No, Ok, Verdict

_REFUSED = "!"


def read_old_rows(last: int, kept: str) -> Outbox:
    """Return the outbox up to op *last* with the verdicts in *kept*, oldest first.

    Each row is ended by a newline, and its fields are separated by tabs: `body rev` of an `Ok`,
    with `sku asked got` behind it if the quantity was clamped; `body rev !code args…` of a `No`,
    or `body rev code text` where it was recorded with its sentence.
    """
    rows = kept.split("\n")[:-1]
    outbox = Outbox(last)
    for n, row in enumerate(rows, last - len(rows) + 1):
        body, rev, *more = row.split("\t")
        outbox = with_verdict(outbox, body, _verdict(n, int(rev), more))
    return outbox


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
