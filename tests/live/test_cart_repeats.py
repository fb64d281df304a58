"""An op has one verdict, however often and wherever it is sent."""

from app.domain.ops import AddLine, SetNote
from app.domain.outbox import REMEMBERED_OUTBOXES, REMEMBERED_VERDICTS, EvictedOutbox, OutboxId
from app.domain.verdicts import Code, No, Ok
from app.live.outboxes import MOST_FORMER
from app.protocol.messages import Need
from tests.examples import HERE, MILK, THERE
from tests.live.fakes import FakeTab
from tests.live.harness import Around, kinds_of

ONE_MILK = AddLine(MILK, 1)
OUTBOXES = [OutboxId(f"{number:08x}-0000-4000-8000-000000000000") for number in range(100)]


def submit_and_save(around: Around, here: FakeTab, *notes: str) -> None:
    """Submit an op for each of these notes, and save it."""
    for n, note in enumerate(notes, start=1):
        here.submits(around.cart, n, SetNote(note))
        around.saves()
        around.clock.passes(0.1)
    here.take_received()


def test_an_op_sent_again_gets_the_same_verdict_and_changes_nothing() -> None:
    around, here, again = Around(), FakeTab(), FakeTab("again")
    here.submits(around.cart, 1, ONE_MILK)
    around.saves()

    again.submits(around.cart, 1, ONE_MILK)

    assert again.received == [Ok(1, 1)]
    assert around.writer.waiting == {}


def test_an_op_sent_again_before_the_save_is_applied_once_and_answered_twice() -> None:
    around, here, again = Around(), FakeTab(), FakeTab("again")
    here.submits(around.cart, 1, ONE_MILK)
    around.takes()

    again.submits(around.cart, 1, ONE_MILK)
    assert again.received == []
    around.cart.announce()

    assert here.received == again.received == [Ok(1, 1)]
    assert around.cart.saved.lines[MILK].qty == 1


def test_a_tab_that_sends_an_op_twice_is_answered_twice() -> None:
    around, here = Around(), FakeTab()
    here.submits(around.cart, 1, ONE_MILK)
    here.submits(around.cart, 1, ONE_MILK)

    around.saves()

    assert here.received == [Ok(1, 1), Ok(1, 1)]


def test_another_op_with_the_number_of_an_unsaved_op_is_rejected_as_a_duplicate() -> None:
    around, here, again = Around(), FakeTab(), FakeTab("again")
    here.submits(around.cart, 1, ONE_MILK)

    again.submits(around.cart, 1, AddLine(MILK, 2))

    assert again.rejected_duplicates == 1
    assert around.saves().lines[MILK].qty == 1
    assert again.received == []


def test_another_op_with_the_number_of_a_settled_op_is_rejected_as_a_duplicate() -> None:
    around, here, again = Around(), FakeTab(), FakeTab("again")
    here.submits(around.cart, 1, ONE_MILK)
    around.saves()

    again.submits(around.cart, 1, AddLine(MILK, 2))

    assert (again.rejected_duplicates, again.received) == (1, [])


def test_repeats_use_no_token() -> None:
    around, here = Around(), FakeTab()
    for n in range(1, around.context.limits.burst + 1):
        here.submits(around.cart, n, SetNote(str(n)))
    around.saves()
    here.take_received()

    here.submits(around.cart, 64, SetNote("64"))

    assert here.received == [Ok(64, 64)]


def test_an_op_older_than_the_kept_verdicts_is_expired_whatever_its_body() -> None:
    around, here = Around(), FakeTab()
    notes = [str(n) for n in range(REMEMBERED_VERDICTS + 1)]
    submit_and_save(around, here, *notes)

    here.submits(around.cart, 2, SetNote("1"))
    here.submits(around.cart, 1, SetNote("0"))
    here.submits(around.cart, 1, SetNote("something else"))

    rev = len(notes)
    expired = No(1, Code.EXPIRED, (), rev)
    assert here.received == [Ok(2, 2), expired, expired]
    assert (here.rejected_duplicates, around.writer.waiting) == (0, {})


def test_a_reconnecting_tab_gets_the_last_number_of_its_outbox_and_missed_verdicts() -> None:
    around, here = Around(), FakeTab()
    submit_and_save(around, here, "a", "b", "c")
    here.submits(around.cart, 4, SetNote("d"))

    assert around.cart.standing(HERE, ()) == (3, ())
    assert around.cart.standing(HERE, (2, 3, 4)) == (3, (Ok(2, 2), Ok(3, 3)))
    assert around.cart.standing(THERE, (1,)) == (0, ())


def test_an_evicted_outbox_is_saved_with_the_cart() -> None:
    around = Around()
    for outbox in OUTBOXES[: REMEMBERED_OUTBOXES + 2]:
        FakeTab(outbox=outbox).submits(around.cart, 1, ONE_MILK)

    cart, evicted = around.takes()

    assert evicted == (EvictedOutbox(OUTBOXES[0], 1), EvictedOutbox(OUTBOXES[1], 1))
    assert [*cart.outboxes] == OUTBOXES[2 : REMEMBERED_OUTBOXES + 2]


def test_an_evicted_outbox_is_part_of_each_save_until_one_succeeds() -> None:
    around = Around()
    newest = FakeTab(outbox=OUTBOXES[REMEMBERED_OUTBOXES])
    for outbox in OUTBOXES[: REMEMBERED_OUTBOXES + 1]:
        FakeTab(outbox=outbox).submits(around.cart, 1, ONE_MILK)
    around.takes()

    _, again, _ = around.cart.take()
    around.cart.announce()
    newest.submits(around.cart, 2, ONE_MILK)
    _, after_that = around.takes()

    assert (again, after_that) == ((EvictedOutbox(OUTBOXES[0], 1),), ())


def test_an_outbox_evicted_during_a_save_is_part_of_the_next_save() -> None:
    around = Around()
    *early, late = OUTBOXES[: REMEMBERED_OUTBOXES + 1]
    for outbox in early:
        FakeTab(outbox=outbox).submits(around.cart, 1, ONE_MILK)
    around.takes()

    FakeTab(outbox=late).submits(around.cart, 1, ONE_MILK)
    around.cart.announce()

    _, evicted = around.takes()
    assert evicted == (EvictedOutbox(OUTBOXES[0], 1),)


def test_an_evicted_outbox_repeats_no_op_and_can_continue() -> None:
    around, first = Around(), FakeTab(outbox=OUTBOXES[0])
    for outbox in OUTBOXES[: REMEMBERED_OUTBOXES + 1]:
        FakeTab(outbox=outbox).submits(around.cart, 1, ONE_MILK)
    around.saves()

    assert around.cart.knows(OUTBOXES[0])
    assert around.cart.standing(OUTBOXES[0], (1,)) == (1, ())
    first.submits(around.cart, 1, ONE_MILK)
    first.submits(around.cart, 3, ONE_MILK)
    first.submits(around.cart, 2, SetNote("Ring twice"))
    around.saves()

    assert first.received == [No(1, Code.EXPIRED, (), 5), Need(2), Ok(2, 6)]


def test_an_outbox_evicted_twice_is_saved_with_its_newest_number() -> None:
    around, first = Around(), FakeTab(outbox=OUTBOXES[0])
    for outbox in OUTBOXES[: REMEMBERED_OUTBOXES + 1]:
        FakeTab(outbox=outbox).submits(around.cart, 1, ONE_MILK)
    first.submits(around.cart, 2, ONE_MILK)
    for outbox in OUTBOXES[REMEMBERED_OUTBOXES + 1 : 2 * REMEMBERED_OUTBOXES + 1]:
        FakeTab(outbox=outbox).submits(around.cart, 1, ONE_MILK)

    _, evicted = around.takes()

    assert [each for each in evicted if each.outbox == OUTBOXES[0]] == [
        EvictedOutbox(OUTBOXES[0], 1),
        EvictedOutbox(OUTBOXES[0], 2),
    ]
    assert around.cart.last(OUTBOXES[0]) == 2


def test_an_outbox_loaded_from_disk_does_not_repeat_settled_ops() -> None:
    around, here = Around(), FakeTab()
    assert not around.cart.knows(HERE)

    around.cart.remember(HERE, 500)
    here.submits(around.cart, 500, ONE_MILK)
    here.submits(around.cart, 501, ONE_MILK)
    around.saves()

    assert here.received == [No(500, Code.EXPIRED, (), 0), Ok(501, 1)]


def test_a_number_loaded_from_disk_does_not_replace_a_newer_one() -> None:
    around = Around()
    for outbox in OUTBOXES[: REMEMBERED_OUTBOXES + 1]:
        FakeTab(outbox=outbox).submits(around.cart, 1, ONE_MILK)

    around.cart.remember(OUTBOXES[0], 0)

    assert around.cart.last(OUTBOXES[0]) == 1


def test_only_evicted_outboxes_of_open_tabs_stay_in_memory() -> None:
    around, tab = Around(), FakeTab(outbox=OUTBOXES[3])
    around.let_in(tab)
    for outbox in OUTBOXES[: REMEMBERED_OUTBOXES + MOST_FORMER + 1]:
        FakeTab(outbox=outbox).submits(around.cart, 1, ONE_MILK)
        around.clock.passes(0.1)

    around.saves()

    assert [outbox for outbox in OUTBOXES[:20] if around.cart.knows(outbox)] == [OUTBOXES[3]]
    assert kinds_of(tab.received) == ["PatchMessage"] * 5


def test_a_tab_that_leaves_without_an_op_is_forgotten() -> None:
    around = Around()
    around.let_in(FakeTab())

    for number in range(10 * MOST_FORMER):
        around.cart.remember(OutboxId(f"outbox {number}"), 0)

    assert len(around.cart.outboxes) <= MOST_FORMER + 1
    assert around.cart.knows(OutboxId(f"outbox {10 * MOST_FORMER - 1}"))
