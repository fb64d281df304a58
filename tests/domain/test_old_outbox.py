"""Outboxes in rows that older versions wrote."""

import pytest

from app.domain.catalog import Sku
from app.domain.old_outbox import read_old_rows
from app.domain.outbox import OpRef, Outbox, RecordedVerdict, record
from app.domain.verdicts import Clamped, Code, No, Ok
from tests.examples import HERE

ROWS = (
    "2r8oRoz0\t3\n"
    "kC8n6/38\t3\tsold_out\tEggs: there are no more.\n"
    "b2b2b2b2\t4\tgone\t9\t5\n"
    "b3b3b3b3\t5\t!gone\tCider, dry\n"
    "b4b4b4b4\t5\t!qty_limit\tGala apples\t99\n"
    "b5b5b5b5\t5\t!bad_op\n"
    "b6b6b6b6\t9\n"
)
"""A row of each kind; the third is of a product called `gone`."""
VERDICTS = [
    RecordedVerdict("2r8oRoz0", Ok(11, rev=3)),
    RecordedVerdict("kC8n6/38", No(12, Code.SOLD_OUT, (), rev=3, text="Eggs: there are no more.")),
    RecordedVerdict("b2b2b2b2", Ok(13, rev=4, warn=Clamped(Sku("gone"), asked=9, got=5))),
    RecordedVerdict("b3b3b3b3", No(14, Code.GONE, ("Cider, dry",), rev=5)),
    RecordedVerdict("b4b4b4b4", No(15, Code.QTY_LIMIT, ("Gala apples", "99"), rev=5)),
    RecordedVerdict("b5b5b5b5", No(16, Code.BAD_OP, (), rev=5)),
    RecordedVerdict("b6b6b6b6", Ok(17, rev=9)),
]


def test_every_kind_of_row_is_read() -> None:
    outbox = read_old_rows(17, ROWS)

    assert (outbox.last, outbox.rev) == (17, 9)
    assert [outbox.recall(n) for n in range(11, 18)] == VERDICTS
    assert outbox.recall(10) is None
    assert outbox.recall(18) is None


@pytest.mark.parametrize("recorded", VERDICTS, ids=str)
def test_a_verdict_of_an_older_version_counts_for_any_body(recorded: RecordedVerdict) -> None:
    assert recorded.is_for("2r8oRo")


def test_an_outbox_without_rows_keeps_its_last_number() -> None:
    assert read_old_rows(40, "") == Outbox(40)
    assert read_old_rows(0, "") == Outbox()


def test_an_old_outbox_goes_on_with_new_verdicts() -> None:
    old = {HERE: read_old_rows(17, ROWS)}

    outboxes, _ = record(old, OpRef(HERE, 18, "2r8oRo"), Ok(18, rev=10))

    assert outboxes[HERE].recall(17) == VERDICTS[-1]
    assert outboxes[HERE].recall(18) == RecordedVerdict("2r8oRo", Ok(18, rev=10))


def test_all_32_rows_of_a_full_old_outbox_are_read() -> None:
    rows = "".join(f"{n:08}\t{n}\n" for n in range(9, 41))

    outbox = read_old_rows(40, rows)

    assert [outbox.recall(n) for n in range(9, 41)] == [
        RecordedVerdict(f"{n:08}", Ok(n, rev=n)) for n in range(9, 41)
    ]
