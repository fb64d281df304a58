"""Stale carts, and saves of unknown outcome."""

from msgspec.structs import replace

from app.domain.cart import Cart
from app.domain.ops import AddLine, Op, SetLine, SetNote
from app.domain.outbox import Outbox, OutboxId
from app.domain.position import position
from app.domain.rules import rule
from app.domain.verdicts import Clamped, Code, No, Ok, RetryCode, RetryLater
from app.live.pending_op import BUSY_RETRY_MS
from app.live.ports import DisconnectReason
from app.protocol.messages import Need, PatchMessage, Snapshot
from tests.examples import CATALOG, EMPTY, HERE, MILK, NOON, ref
from tests.live.fakes import FakeTab, another_tab, body_of
from tests.live.harness import CartHarness, kinds_of, saved_elsewhere

ONE_MILK = AddLine(MILK, 1)
SEVENTEEN = [OutboxId(f"{number:08x}-0000-4000-8000-000000000000") for number in range(17)]


def saved_here(cart: Cart, *ops: Op) -> Cart:
    """Return *cart* after *ops* of the first tab have been saved without an answer."""
    for op in ops:
        cart = rule(cart, ref(cart, HERE, body_of(op)), op, CATALOG, NOON).cart
    return replace(cart, version=cart.version + 1)


def busy(n: int) -> RetryLater:
    """Return the answer to op *n* while the database is unavailable."""
    return RetryLater(n, RetryCode.BUSY, BUSY_RETRY_MS)


def test_pending_ops_are_ruled_on_again_over_a_cart_saved_elsewhere() -> None:
    harness, here = CartHarness(), FakeTab()
    harness.let_in(here)
    here.submits(harness.cart, 1, ONE_MILK)
    here.submits(harness.cart, 2, ONE_MILK)
    harness.takes()
    elsewhere = saved_elsewhere(EMPTY, AddLine(MILK, 4))

    harness.cart.mark_stale()
    harness.cart.reload(elsewhere)
    (snapshot,) = here.take_received()
    saved = harness.saves()

    assert isinstance(snapshot, Snapshot)
    assert (snapshot.rev, snapshot.at) == (1, position(elsewhere))
    *verdicts, patch = here.received
    assert verdicts == [Ok(1, 2), No(2, Code.SOLD_OUT, ("Milk",), 2)]
    assert isinstance(patch, PatchMessage)
    assert (patch.prev, patch.rev) == (1, 2)
    assert (saved.version, saved.lines[MILK].qty) == (2, 5)


def test_nothing_is_sent_about_a_save_that_lost_to_another_node() -> None:
    harness, here = CartHarness(), FakeTab()
    here.submits(harness.cart, 1, ONE_MILK)
    harness.takes()

    harness.cart.mark_stale()
    harness.cart.announce()

    assert here.received == []
    assert harness.cart.saved == EMPTY


def test_an_op_submitted_before_the_reload_waits_for_it() -> None:
    harness, here, there = CartHarness(), FakeTab(), another_tab()
    here.submits(harness.cart, 1, SetNote("first"))
    harness.takes()
    harness.cart.mark_stale()

    there.submits(harness.cart, 1, SetNote("second"))
    here.submits(harness.cart, 2, SetNote("third"))
    assert harness.writer.waiting == {}
    harness.cart.reload(replace(EMPTY, version=1))
    saved = harness.saves()

    assert (saved.note, saved.rev, saved.version) == ("third", 3, 2)
    assert (here.received, there.received) == ([Ok(1, 1), Ok(2, 3)], [Ok(1, 2)])


def test_a_reload_that_changes_only_the_version_sends_no_snapshot() -> None:
    harness, here = CartHarness(), FakeTab()
    harness.let_in(here)
    harness.cart.mark_stale()

    harness.cart.reload(replace(EMPTY, version=1))

    assert here.received == []


def test_an_op_found_saved_is_answered_and_the_others_are_ruled_on_again() -> None:
    harness, here, again = CartHarness(), FakeTab(), FakeTab("again")
    harness.let_in(here)
    here.submits(harness.cart, 1, SetLine(MILK, 2))
    here.submits(harness.cart, 2, AddLine(MILK, 9))
    again.submits(harness.cart, 1, SetLine(MILK, 2))
    harness.takes()
    harness.cart.mark_stale()

    harness.cart.reload(saved_here(EMPTY, SetLine(MILK, 2)))

    assert kinds_of(here.received) == ["Ok", "Snapshot"]
    assert again.received == here.take_received()[:1] == [Ok(1, 1)]
    assert harness.saves().lines[MILK].qty == 5
    assert here.received[0] == Ok(2, 2, Clamped(MILK, 11, 5))


def test_an_op_that_differs_from_the_saved_op_of_its_number_is_rejected_as_a_duplicate() -> None:
    harness, here = CartHarness(), FakeTab()
    here.submits(harness.cart, 1, SetLine(MILK, 2))
    harness.takes()
    harness.cart.mark_stale()

    harness.cart.reload(saved_here(EMPTY, SetLine(MILK, 3)))

    assert (here.rejected_duplicates, here.received) == (1, [])


def test_an_op_whose_predecessors_are_lost_has_them_sent_again() -> None:
    harness, here = CartHarness(replace(EMPTY, outboxes={HERE: Outbox(7)})), FakeTab()
    here.submits(harness.cart, 8, ONE_MILK)
    harness.takes()
    harness.cart.mark_stale()

    harness.cart.reload(replace(EMPTY, version=1))

    assert here.received == [Need(1)]
    assert harness.writer.waiting == {}


def test_an_op_whose_save_has_an_unknown_outcome_is_busy() -> None:
    harness, here, again = CartHarness(), FakeTab(), FakeTab("again")
    harness.let_in(here)
    here.submits(harness.cart, 1, ONE_MILK)
    again.submits(harness.cart, 1, ONE_MILK)
    harness.takes()
    here.submits(harness.cart, 2, ONE_MILK)

    harness.cart.mark_unknown()
    harness.cart.announce()

    assert (here.received, again.received) == ([busy(1), busy(2)], [busy(1)])
    assert harness.cart.latest == harness.cart.saved == EMPTY


def test_while_the_database_is_unavailable_new_ops_are_busy_and_use_no_token() -> None:
    harness, here = CartHarness(), FakeTab()
    here.submits(harness.cart, 1, ONE_MILK)
    harness.saves()
    before = dict(harness.cart.tokens)
    harness.cart.mark_unknown()
    here.take_received()

    here.submits(harness.cart, 2, ONE_MILK)
    here.submits(harness.cart, 3, ONE_MILK)
    here.submits(harness.cart, 1, ONE_MILK)

    assert here.received == [busy(2), Need(2), Ok(1, 1)]
    assert (harness.cart.tokens, harness.writer.waiting) == (before, {})


def test_an_op_of_unknown_outcome_that_was_not_saved_is_applied_when_sent_again() -> None:
    harness, here = CartHarness(), FakeTab()
    here.submits(harness.cart, 1, ONE_MILK)
    harness.takes()
    harness.cart.mark_unknown()
    here.take_received()

    harness.cart.reload(EMPTY)
    here.submits(harness.cart, 1, ONE_MILK)
    harness.saves()

    assert here.received == [Ok(1, 1)]


def test_an_op_of_unknown_outcome_that_was_saved_gets_its_verdict_when_sent_again() -> None:
    harness, here = CartHarness(), FakeTab()
    harness.let_in(here)
    here.submits(harness.cart, 1, ONE_MILK)
    harness.takes()
    harness.cart.mark_unknown()
    here.take_received()

    harness.cart.reload(saved_here(EMPTY, ONE_MILK))
    (snapshot,) = here.take_received()
    here.submits(harness.cart, 1, ONE_MILK)

    assert isinstance(snapshot, Snapshot)
    assert (snapshot.rev, here.received) == (1, [Ok(1, 1)])
    assert harness.writer.waiting == {}


def test_a_cart_read_before_the_save_ended_is_not_adopted() -> None:
    harness, here = CartHarness(), FakeTab()
    here.submits(harness.cart, 1, ONE_MILK)
    harness.saves()
    harness.cart.mark_unknown()

    harness.cart.reload(EMPTY)

    assert harness.cart.saved.rev == 1
    here.submits(harness.cart, 2, ONE_MILK)
    assert here.received == [Ok(1, 1), busy(2)]


def test_a_cart_in_sync_is_not_replaced_by_a_reload() -> None:
    harness, here = CartHarness(), FakeTab()
    here.submits(harness.cart, 1, ONE_MILK)

    harness.cart.reload(saved_elsewhere(EMPTY, SetNote("Ring twice")))

    saved = harness.saves()
    assert (saved.note, saved.version) == ("", 1)


def test_outboxes_evicted_by_a_save_of_unknown_outcome_are_restored() -> None:
    harness = CartHarness()
    for outbox in SEVENTEEN:
        FakeTab(outbox=outbox).submits(harness.cart, 1, SetNote(outbox))
    harness.takes()

    harness.cart.mark_unknown()
    _, evicted, _ = harness.cart.take()

    assert evicted == ()


def test_outboxes_evicted_by_a_save_that_succeeded_are_not_evicted_again() -> None:
    harness, elsewhere = CartHarness(), EMPTY
    for outbox in SEVENTEEN:
        FakeTab(outbox=outbox).submits(harness.cart, 1, ONE_MILK)
        named = ref(elsewhere, outbox, body_of(ONE_MILK))
        elsewhere = rule(elsewhere, named, ONE_MILK, CATALOG, NOON).cart
    harness.takes()

    harness.cart.mark_stale()
    harness.cart.reload(replace(elsewhere, version=1))
    FakeTab(outbox=SEVENTEEN[1]).submits(harness.cart, 2, SetNote("Ring twice"))
    _, evicted = harness.takes()

    assert evicted == ()


def test_a_submit_to_a_lost_cart_disconnects_its_tab() -> None:
    harness, late = CartHarness(), FakeTab("late")
    harness.cart.lose()

    late.submits(harness.cart, 1, ONE_MILK)

    assert (late.disconnects, late.received) == ([DisconnectReason.LOST], [])
    assert harness.writer.waiting == {}


def test_a_tab_that_shows_or_awaits_a_lost_cart_is_disconnected() -> None:
    harness, here, subscriber = CartHarness(), FakeTab(), FakeTab("asker")
    harness.let_in(here)
    subscriber.submits(harness.cart, 1, ONE_MILK)

    harness.cart.lose()

    assert here.disconnects == subscriber.disconnects == [DisconnectReason.LOST]
    assert here.received == subscriber.received == []
    assert harness.cart.idle
