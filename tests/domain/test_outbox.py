"""Outboxes, and the verdicts that they remember (protocol.md §3, `op`)."""

import json
from itertools import product as every

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.domain.languages import Language
from app.domain.members import OWNER
from app.domain.ops import AddLine, SetNote, SetVoucher
from app.domain.outbox import (
    EvictedOutbox,
    OpRef,
    Outbox,
    Outboxes,
    OutboxId,
    RecordedVerdict,
    outbox_of,
    plain_outbox,
    record,
    sender_of,
    with_verdict,
)
from app.domain.verdicts import Clamped, Code, No, Ok, Verdict
from tests.domain.household_examples import BEN
from tests.domain.op_examples import OUTBOXES
from tests.examples import APPLES, CHINESE, EMPTY, HERE, THERE, after, ref, refused, ruling_on


def record_verdicts(outboxes: Outboxes, outbox: OutboxId, times: int) -> Outboxes:
    """Return *outboxes* after so many more verdicts in one of them."""
    last = outboxes.get(outbox, Outbox()).last
    for n in range(last + 1, last + times + 1):
        outboxes, _ = record(outboxes, OpRef(outbox, n, f"body-{n}"), Ok(n, rev=n))
    return outboxes


def remembered(outbox: Outbox) -> list[RecordedVerdict]:
    """Return the verdicts that *outbox* can recall, oldest first."""
    recalled = (outbox.recall(n) for n in range(1, outbox.last + 1))
    return [recorded for recorded in recalled if recorded]


def record_once_each(outboxes: tuple[OutboxId, ...]) -> Outboxes:
    """Return *outboxes* with one verdict in each."""
    remembered: Outboxes = {}
    for outbox in outboxes:
        remembered = record_verdicts(remembered, outbox, 1)
    return remembered


def test_a_new_outbox_has_no_verdicts() -> None:
    assert Outbox().last == 0
    assert Outbox().recall(1) is None


def test_a_verdict_is_recalled_with_the_body_of_its_op() -> None:
    outbox = record_verdicts({}, HERE, 3)[HERE]

    assert outbox.last == 3
    assert outbox.recall(2) == RecordedVerdict("body-2", Ok(2, rev=2))
    assert outbox.recall(3) == RecordedVerdict("body-3", Ok(3, rev=3))


@pytest.mark.parametrize(
    "verdict",
    [
        Ok(1, rev=0),
        Ok(1, rev=7, warn=Clamped(APPLES, asked=9, got=5)),
        No(1, Code.BAD_OP, (), rev=7),
        No(1, Code.SOLD_OUT, ("Eggs",), rev=7),
        No(1, Code.QTY_LIMIT, ("Gala apples", "99"), rev=7),
        No(1, Code.GONE, ("50 % off, 2\tfor “1”: \n+ café!?",), rev=7),
        No(1, Code.GONE, ("",), rev=7),
        No(1, Code.QTY_LIMIT, ("Apples", "99"), rev=7, names={CHINESE: "蘋果 = 100 %, “好”"}),
        No(1, Code.GONE, ("zh-Hant=a",), rev=7, names={CHINESE: "", Language("de"): "Äpfel"}),
        No(1, Code.SOLD_OUT, (), rev=7, text="Eggs: there are no more, alas."),
    ],
    ids=str,
)
def test_each_kind_of_verdict_is_recalled_unchanged(verdict: Verdict) -> None:
    outboxes, _ = record({}, OpRef(HERE, 1, "body"), verdict)

    recorded = outboxes[HERE].recall(1)

    assert recorded == RecordedVerdict("body", verdict)
    assert type(recorded.verdict) is type(verdict)


def test_a_refusal_of_an_older_version_is_called_as_then_in_every_language() -> None:
    recorded = Outbox(1, 7, "body 7 !gone Gala%20apples,").recall(1)

    assert recorded == RecordedVerdict("body", No(1, Code.GONE, ("Gala apples",), rev=7))
    assert isinstance(recorded.verdict, No)
    assert recorded.verdict.args_in(CHINESE) == ("Gala apples",)


def test_names_in_other_languages_are_behind_what_an_older_version_reads() -> None:
    names = {CHINESE: "蘋果"}
    outbox = with_verdict(Outbox(), "body", No(1, Code.GONE, ("Apples",), 0, names=names))

    assert outbox.kept == "body 0 !gone Apples zh-Hant=%E8%98%8B%E6%9E%9C,"


def test_a_recorded_verdict_is_for_the_op_with_its_digest() -> None:
    recorded = RecordedVerdict("2r8oRo", Ok(1, rev=1))

    assert recorded.is_for("2r8oRo")
    assert not recorded.is_for("kC8n6/")


def test_an_older_digest_counts_as_that_of_any_op() -> None:
    recorded = RecordedVerdict("2r8oRoz0", Ok(1, rev=1))

    assert recorded.is_for("2r8oRoz0")
    assert recorded.is_for("kC8n6/")


@pytest.mark.parametrize("n", [-1, 0, 4, 5])
def test_an_op_that_was_never_received_has_no_verdict(n: int) -> None:
    assert record_verdicts({}, HERE, 3)[HERE].recall(n) is None


def test_the_newest_32_verdicts_are_remembered() -> None:
    outbox = record_verdicts({}, HERE, 33)[HERE]

    assert outbox.last == 33
    assert [recorded.verdict.n for recorded in remembered(outbox)] == list(range(2, 34))
    assert outbox.recall(1) is None
    assert outbox.recall(2) == RecordedVerdict("body-2", Ok(2, rev=2))


def test_outboxes_remember_their_own_verdicts_only() -> None:
    outboxes = record_verdicts(record_verdicts({}, HERE, 2), THERE, 1)

    assert (outboxes[HERE].last, outboxes[THERE].last) == (2, 1)
    assert remembered(outboxes[THERE]) == [RecordedVerdict("body-1", Ok(1, rev=1))]


def test_the_17th_outbox_evicts_the_least_recently_used_one() -> None:
    full = record_verdicts(record_once_each(OUTBOXES[:16]), OUTBOXES[0], 1)

    outboxes, evicted = record(full, OpRef(HERE, 1, "body"), Ok(1, rev=1))

    assert evicted == EvictedOutbox(OUTBOXES[1], last=1)
    assert list(outboxes) == [*OUTBOXES[2:16], OUTBOXES[0], HERE]


def test_an_op_of_one_of_16_known_outboxes_evicts_none() -> None:
    full = record_once_each(OUTBOXES[:16])

    outboxes, evicted = record(full, OpRef(OUTBOXES[3], 2, "body"), Ok(2, rev=2))

    assert evicted is None
    assert set(outboxes) == set(OUTBOXES[:16])
    assert list(outboxes)[-1] == OUTBOXES[3]


def test_the_16th_outbox_evicts_none() -> None:
    outboxes, evicted = record(record_once_each(OUTBOXES[:15]), OpRef(HERE, 1, ""), Ok(1, rev=1))

    assert evicted is None
    assert len(outboxes) == 16


def test_an_outbox_of_one_of_a_household_evicts_no_other_ones() -> None:
    theirs = tuple(outbox_of(BEN, outbox) for outbox in OUTBOXES[:16])
    full = record_once_each((*OUTBOXES[:15], *theirs))

    first, none = record(full, OpRef(HERE, 1, "body"), Ok(1, rev=1))
    second, evicted = record(first, OpRef(outbox_of(BEN, HERE), 1, "body", BEN), Ok(1, rev=2))

    assert none is None
    assert evicted == EvictedOutbox(theirs[0], last=1)
    assert set(second) == {*OUTBOXES[:15], HERE, *theirs[1:], outbox_of(BEN, HERE)}


def test_an_outbox_in_a_cart_has_its_sender_and_the_name_that_its_client_knows() -> None:
    named = [outbox_of(by, HERE) for by in (OWNER, BEN)]

    assert [sender_of(outbox) for outbox in named] == [OWNER, BEN]
    assert [plain_outbox(outbox) for outbox in named] == [HERE, HERE]


def test_an_evicted_outbox_continues_with_its_number_and_without_older_verdicts() -> None:
    outboxes, _ = record({}, OpRef(HERE, 40, "body-40"), Ok(40, rev=7))

    assert outboxes[HERE].last == 40
    assert remembered(outboxes[HERE]) == [RecordedVerdict("body-40", Ok(40, rev=7))]


def test_recording_does_not_change_the_former_value() -> None:
    before = record_verdicts({}, HERE, 1)
    record_verdicts(before, HERE, 1)

    assert before[HERE].last == 1


@pytest.mark.parametrize(
    "op",
    [AddLine(APPLES, 1), SetNote(""), SetVoucher("SESAME")],
    ids=["a change", "no change", "a refusal"],
)
def test_every_verdict_is_recorded_with_the_cart(op: AddLine | SetNote | SetVoucher) -> None:
    ruling = ruling_on(op)

    assert list(ruling.cart.outboxes) == [HERE]
    assert remembered(ruling.cart.outboxes[HERE]) == [RecordedVerdict("body", ruling.verdict)]
    assert ruling.evicted is None


def test_a_ruling_names_the_outbox_that_it_evicted() -> None:
    full = replace(EMPTY, outboxes=record_once_each(OUTBOXES[:16]))

    assert ruling_on(SetNote("Hello"), full).evicted == EvictedOutbox(OUTBOXES[0], last=1)
    assert ref(after(SetNote("Hello"), cart=full)).n == 2
    assert refused(SetVoucher("SESAME"), full) is Code.BAD_VOUCHER


@pytest.mark.parametrize(
    "revs",
    [(1, 2, 3, 4), (5, 5, 5, 5), (0, 0, 1, 1), (3, 40, 41, 1000), (2, 3, 3, 9), (9, 9, 20, 21)],
    ids=str,
)
def test_verdicts_are_recalled_at_their_revisions(revs: tuple[int, ...]) -> None:
    outbox = Outbox()
    for n, rev in enumerate(revs, 1):
        outbox = with_verdict(outbox, "body", Ok(n, rev))

    assert (outbox.last, outbox.rev) == (4, revs[-1])
    assert [recorded.verdict.rev for recorded in remembered(outbox)] == [*revs]


def test_what_is_kept_is_ascii_that_needs_no_escaping_in_json() -> None:
    outbox = with_verdict(Outbox(), "a+/b9Z", No(1, Code.GONE, ('“Café”, "5 %"\n\\',), 3))

    assert outbox.kept.isascii()
    assert json.dumps(outbox.kept) == f'"{outbox.kept}"'
    assert outbox.kept.count(",") == 1


KINDS_OF_VERDICTS: tuple[Verdict, ...] = (
    Ok(1, 0),
    Ok(1, 0, Clamped(APPLES, 9, 5)),
    No(1, Code.BAD_OP, (), 0),
    No(1, Code.QTY_LIMIT, ("Gala apples, red", "99"), 0),
    No(1, Code.GONE, (), 0, "No, not any more."),
)


@given(
    st.lists(
        st.tuples(st.sampled_from(KINDS_OF_VERDICTS), st.sampled_from([0, 1, 1, 1, 2, 30])),
        max_size=40,
    )
)
def test_any_verdicts_are_recalled_while_they_are_among_the_newest_32(
    given_out: list[tuple[Verdict, int]],
) -> None:
    outbox, recorded, rev = Outbox(), list[RecordedVerdict](), 7
    for n, (verdict, rise) in enumerate(given_out, 1):
        rev += rise
        recorded.append(RecordedVerdict(f"b-{n}", replace(verdict, n=n, rev=rev)))
        outbox = with_verdict(outbox, f"b-{n}", recorded[-1].verdict)

    assert remembered(outbox) == recorded[-32:]
    assert outbox.last == len(given_out)


some_burst = st.sampled_from([*every(OUTBOXES, (1, 1, 1, 1, 2, 33))])


@given(st.lists(some_burst, max_size=8) | st.lists(some_burst, min_size=17, max_size=20))
def test_the_newest_verdicts_of_the_newest_outboxes_are_remembered(
    bursts: list[tuple[OutboxId, int]],
) -> None:
    outboxes: Outboxes = {}
    for outbox, times in bursts:
        outboxes = record_verdicts(outboxes, outbox, times)

    newest = list(dict.fromkeys(outbox for outbox, _ in reversed(bursts)))[:16]
    assert list(outboxes) == newest[::-1]
    for stands in outboxes.values():
        numbers = [recorded.verdict.n for recorded in remembered(stands)]
        assert numbers == list(range(1, stands.last + 1))[-32:]
