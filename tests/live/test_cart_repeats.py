"""An op has one verdict, however often and wherever it is sent."""

from msgspec.structs import replace

from app.domain.ops import AddLine, SetNote
from app.domain.outbox import (
    REMEMBERED_OUTBOXES,
    REMEMBERED_VERDICTS,
    EvictedOutbox,
    Outbox,
    OutboxId,
)
from app.domain.verdicts import Code, No, Ok
from app.live.outboxes import MOST_FORMER
from app.protocol.messages import Need, PatchMessage
from tests.examples import HERE, MILK, THERE, after
from tests.live.fakes import FakeTab
from tests.live.harness import CartHarness

ONE_MILK = AddLine(MILK, 1)
OUTBOXES = [OutboxId(f"{number:08x}-0000-4000-8000-000000000000") for number in range(100)]


def submit_and_save(harness: CartHarness, here: FakeTab, *notes: str) -> None:
    """Submit an op for each of these notes, and save it."""
    for n, note in enumerate(notes, start=1):
        here.submits(harness.cart, n, SetNote(note))
        harness.saves()
        harness.clock.passes(0.1)
    here.take_received()


def test_an_op_sent_again_gets_the_same_verdict_and_changes_nothing() -> None:
    harness, here, again = CartHarness(), FakeTab(), FakeTab("again")
    here.submits(harness.cart, 1, ONE_MILK)
    harness.saves()

    again.submits(harness.cart, 1, ONE_MILK)

    assert again.received == [Ok(1, 1)]
    assert harness.writer.waiting == {}


def test_an_op_sent_again_before_the_save_is_applied_once_and_answered_twice() -> None:
    harness, here, again = CartHarness(), FakeTab(), FakeTab("again")
    here.submits(harness.cart, 1, ONE_MILK)
    harness.takes()

    again.submits(harness.cart, 1, ONE_MILK)
    assert again.received == []
    harness.cart.announce()

    assert here.received == again.received == [Ok(1, 1)]
    assert harness.cart.saved.lines[MILK].qty == 1


def test_a_tab_that_sends_an_op_twice_is_answered_twice() -> None:
    harness, here = CartHarness(), FakeTab()
    here.submits(harness.cart, 1, ONE_MILK)
    here.submits(harness.cart, 1, ONE_MILK)

    harness.saves()

    assert here.received == [Ok(1, 1), Ok(1, 1)]


def test_another_op_with_the_number_of_an_unsaved_op_is_rejected_as_a_duplicate() -> None:
    harness, here, again = CartHarness(), FakeTab(), FakeTab("again")
    here.submits(harness.cart, 1, ONE_MILK)

    again.submits(harness.cart, 1, AddLine(MILK, 2))

    assert again.rejected_duplicates == 1
    assert harness.saves().lines[MILK].qty == 1
    assert again.received == []


def test_another_op_with_the_number_of_a_settled_op_is_rejected_as_a_duplicate() -> None:
    harness, here, again = CartHarness(), FakeTab(), FakeTab("again")
    here.submits(harness.cart, 1, ONE_MILK)
    harness.saves()

    again.submits(harness.cart, 1, AddLine(MILK, 2))

    assert (again.rejected_duplicates, again.received) == (1, [])


def test_repeats_use_no_token() -> None:
    harness, here = CartHarness(), FakeTab()
    for n in range(1, harness.context.limits.burst + 1):
        here.submits(harness.cart, n, SetNote(str(n)))
    harness.saves()
    here.take_received()

    here.submits(harness.cart, 64, SetNote("64"))

    assert here.received == [Ok(64, 64)]


def test_an_op_with_a_verdict_by_an_older_version_is_answered_whatever_its_digest() -> None:
    older = Outbox(1, 1, "b29d41fa,")
    harness, here = CartHarness(replace(after(ONE_MILK), outboxes={HERE: older})), FakeTab()

    here.submits(harness.cart, 1, ONE_MILK)

    assert (here.rejected_duplicates, here.received) == (0, [Ok(1, 1)])


def test_an_op_older_than_the_kept_verdicts_is_expired_whatever_its_body() -> None:
    harness, here = CartHarness(), FakeTab()
    notes = [str(n) for n in range(REMEMBERED_VERDICTS + 1)]
    submit_and_save(harness, here, *notes)

    here.submits(harness.cart, 2, SetNote("1"))
    here.submits(harness.cart, 1, SetNote("0"))
    here.submits(harness.cart, 1, SetNote("something else"))

    rev = len(notes)
    expired = No(1, Code.EXPIRED, (), rev)
    assert here.received == [Ok(2, 2), expired, expired]
    assert (here.rejected_duplicates, harness.writer.waiting) == (0, {})


def test_a_reconnecting_tab_gets_the_last_number_of_its_outbox_and_missed_verdicts() -> None:
    harness, here = CartHarness(), FakeTab()
    submit_and_save(harness, here, "a", "b", "c")
    here.submits(harness.cart, 4, SetNote("d"))

    assert harness.cart.standing(HERE, ()) == (3, ())
    assert harness.cart.standing(HERE, (2, 3, 4)) == (3, (Ok(2, 2), Ok(3, 3)))
    assert harness.cart.standing(THERE, (1,)) == (0, ())


def test_an_evicted_outbox_is_saved_with_the_cart() -> None:
    harness = CartHarness()
    for outbox in OUTBOXES[: REMEMBERED_OUTBOXES + 2]:
        FakeTab(outbox=outbox).submits(harness.cart, 1, ONE_MILK)

    cart, evicted = harness.takes()

    assert evicted == (EvictedOutbox(OUTBOXES[0], 1), EvictedOutbox(OUTBOXES[1], 1))
    assert [*cart.outboxes] == OUTBOXES[2 : REMEMBERED_OUTBOXES + 2]


def test_an_evicted_outbox_is_part_of_each_save_until_one_succeeds() -> None:
    harness = CartHarness()
    newest = FakeTab(outbox=OUTBOXES[REMEMBERED_OUTBOXES])
    for outbox in OUTBOXES[: REMEMBERED_OUTBOXES + 1]:
        FakeTab(outbox=outbox).submits(harness.cart, 1, ONE_MILK)
    harness.takes()

    _, again, _ = harness.cart.take()
    harness.cart.announce()
    newest.submits(harness.cart, 2, ONE_MILK)
    _, after_that = harness.takes()

    assert (again, after_that) == ((EvictedOutbox(OUTBOXES[0], 1),), ())


def test_an_outbox_evicted_during_a_save_is_part_of_the_next_save() -> None:
    harness = CartHarness()
    *early, late = OUTBOXES[: REMEMBERED_OUTBOXES + 1]
    for outbox in early:
        FakeTab(outbox=outbox).submits(harness.cart, 1, ONE_MILK)
    harness.takes()

    FakeTab(outbox=late).submits(harness.cart, 1, ONE_MILK)
    harness.cart.announce()

    _, evicted = harness.takes()
    assert evicted == (EvictedOutbox(OUTBOXES[0], 1),)


def test_an_evicted_outbox_repeats_no_op_and_can_continue() -> None:
    harness, first = CartHarness(), FakeTab(outbox=OUTBOXES[0])
    for outbox in OUTBOXES[: REMEMBERED_OUTBOXES + 1]:
        FakeTab(outbox=outbox).submits(harness.cart, 1, ONE_MILK)
    harness.saves()

    assert harness.cart.knows(OUTBOXES[0])
    assert harness.cart.standing(OUTBOXES[0], (1,)) == (1, ())
    first.submits(harness.cart, 1, ONE_MILK)
    first.submits(harness.cart, 3, ONE_MILK)
    first.submits(harness.cart, 2, SetNote("Ring twice"))
    harness.saves()

    assert first.received == [No(1, Code.EXPIRED, (), 5), Need(2), Ok(2, 6)]


def test_an_outbox_evicted_twice_is_saved_with_its_newest_number() -> None:
    harness, first = CartHarness(), FakeTab(outbox=OUTBOXES[0])
    for outbox in OUTBOXES[: REMEMBERED_OUTBOXES + 1]:
        FakeTab(outbox=outbox).submits(harness.cart, 1, ONE_MILK)
    first.submits(harness.cart, 2, ONE_MILK)
    for outbox in OUTBOXES[REMEMBERED_OUTBOXES + 1 : 2 * REMEMBERED_OUTBOXES + 1]:
        FakeTab(outbox=outbox).submits(harness.cart, 1, ONE_MILK)

    _, evicted = harness.takes()

    assert [each for each in evicted if each.outbox == OUTBOXES[0]] == [
        EvictedOutbox(OUTBOXES[0], 1),
        EvictedOutbox(OUTBOXES[0], 2),
    ]
    assert harness.cart.last(OUTBOXES[0]) == 2


def test_an_outbox_loaded_from_disk_does_not_repeat_settled_ops() -> None:
    harness, here = CartHarness(), FakeTab()
    assert not harness.cart.knows(HERE)

    harness.cart.remember(HERE, 500)
    here.submits(harness.cart, 500, ONE_MILK)
    here.submits(harness.cart, 501, ONE_MILK)
    harness.saves()

    assert here.received == [No(500, Code.EXPIRED, (), 0), Ok(501, 1)]


def test_a_number_loaded_from_disk_does_not_replace_a_newer_one() -> None:
    harness = CartHarness()
    for outbox in OUTBOXES[: REMEMBERED_OUTBOXES + 1]:
        FakeTab(outbox=outbox).submits(harness.cart, 1, ONE_MILK)

    harness.cart.remember(OUTBOXES[0], 0)

    assert harness.cart.last(OUTBOXES[0]) == 1


def test_only_evicted_outboxes_of_open_tabs_stay_in_memory() -> None:
    harness, tab = CartHarness(), FakeTab(outbox=OUTBOXES[3])
    harness.let_in(tab)
    for outbox in OUTBOXES[: REMEMBERED_OUTBOXES + MOST_FORMER + 1]:
        FakeTab(outbox=outbox).submits(harness.cart, 1, ONE_MILK)
        harness.clock.passes(0.1)
    harness.saves()

    FakeTab(outbox=OUTBOXES[-1]).submits(harness.cart, 1, ONE_MILK)

    assert [outbox for outbox in OUTBOXES[:20] if harness.cart.knows(outbox)] == [OUTBOXES[3]]
    (patch,) = tab.received
    assert isinstance(patch, PatchMessage)
    assert (patch.prev, patch.rev) == (0, 5)


def test_a_tab_that_leaves_without_an_op_is_forgotten() -> None:
    harness = CartHarness()
    harness.let_in(FakeTab())

    for number in range(10 * MOST_FORMER):
        harness.cart.remember(OutboxId(f"outbox {number}"), 0)

    assert len(harness.cart.outboxes) <= MOST_FORMER + 1
    assert harness.cart.knows(OutboxId(f"outbox {10 * MOST_FORMER - 1}"))
