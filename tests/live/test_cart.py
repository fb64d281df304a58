"""One cart, several tabs: ops are ruled on, saved, and only then answered."""

from msgspec import UNSET

from app.domain.limits import Limits
from app.domain.ops import AddLine, BadOp, Kind, Op, SetLine, SetNote, SetVoucher
from app.domain.position import position
from app.domain.totals import show_line
from app.domain.verdicts import Clamped, Code, No, Ok, RetryCode, RetryLater
from app.protocol.messages import By, Need, PatchMessage
from tests.examples import APPLES, CATALOG, EGGS, EMPTY, HERE, MILK, TENTH, THERE, after
from tests.live.fakes import FakeTab, another_tab
from tests.live.harness import CartHarness, kinds_of

ONE_MILK = AddLine(MILK, 1)
PRODUCTS = CATALOG.products


def test_no_message_is_sent_before_the_save() -> None:
    harness, here, there = CartHarness(), FakeTab(), another_tab()
    harness.let_in(here, there)

    here.submits(harness.cart, 1, ONE_MILK)
    cart, _ = harness.takes()

    assert cart.lines[MILK].qty == 1
    assert harness.cart.saved == EMPTY
    assert here.received == there.received == []


def test_after_the_save_the_sender_gets_its_verdict_and_then_every_tab_gets_the_patch() -> None:
    harness, here, there = CartHarness(), FakeTab(), another_tab()
    harness.let_in(here, there)
    here.submits(harness.cart, 1, ONE_MILK)

    saved = harness.saves()

    verdict, patch = here.received
    assert verdict == Ok(1, 1)
    assert isinstance(patch, PatchMessage)
    assert (patch.prev, patch.rev, patch.at) == (0, 1, position(saved))
    assert patch.by == (By(here.id, HERE, 1, Kind.ADD_LINE),)
    assert (line := patch.lines[MILK])
    assert (line.qty, patch.totals.subtotal) == (1, 145)
    assert there.received == [patch]


def test_a_rejection_is_saved_like_a_success_and_sent_to_the_sender_only() -> None:
    harness, here, there = CartHarness(), FakeTab(), another_tab()
    harness.let_in(here, there)

    here.submits(harness.cart, 1, AddLine(MILK, 99))
    here.submits(harness.cart, 2, ONE_MILK)
    harness.saves()
    there.take_received()
    here.submits(harness.cart, 3, BadOp())
    saved = harness.saves()

    assert [message for message in here.received if not isinstance(message, PatchMessage)] == [
        Ok(1, 1, Clamped(MILK, 99, 5)),
        No(2, Code.SOLD_OUT, ("Milk",), 1),
        No(3, Code.BAD_OP, (), 1),
    ]
    assert there.received == []
    assert (saved.version, saved.outboxes[HERE].last) == (2, 3)
    assert harness.context.stats.unmet.products == {MILK: 2}


def test_an_op_without_effect_is_accepted_and_makes_no_patch() -> None:
    harness, here = CartHarness(), FakeTab()
    harness.let_in(here)

    here.submits(harness.cart, 1, SetLine(MILK, 0))
    harness.saves()

    assert here.received == [Ok(1, 0)]


def test_an_op_is_applied_on_top_of_unsaved_ops() -> None:
    harness, here = CartHarness(), FakeTab()
    harness.let_in(here)
    for n in (1, 2, 3):
        here.submits(harness.cart, n, ONE_MILK)

    saved = harness.saves()

    assert (saved.version, saved.rev, saved.lines[MILK].qty) == (1, 3, 3)
    assert here.received[:3] == [Ok(1, 1), Ok(2, 2), Ok(3, 3)]
    assert kinds_of(here.received[3:]) == ["PatchMessage"]


def test_ops_that_are_saved_together_make_one_patch_that_names_each_of_them() -> None:
    harness, here, there = CartHarness(), FakeTab(), another_tab()
    harness.let_in(here, there)
    here.submits(harness.cart, 1, ONE_MILK)
    there.submits(harness.cart, 1, AddLine(APPLES, 2))
    here.submits(harness.cart, 2, SetLine(EGGS, 0))
    here.submits(harness.cart, 3, SetNote("Ring twice"))
    here.submits(harness.cart, 4, SetLine(MILK, 0))

    saved = harness.saves()

    verdicts, patch = here.received[:-1], here.received[-1]
    assert verdicts == [Ok(1, 1), Ok(2, 2), Ok(3, 3), Ok(4, 4)]
    assert isinstance(patch, PatchMessage)
    assert there.received == [Ok(1, 2), patch]
    assert (patch.prev, patch.rev, patch.at) == (0, 4, position(saved))
    assert patch.by == (
        By(here.id, HERE, 1, Kind.ADD_LINE),
        By(there.id, THERE, 1, Kind.ADD_LINE),
        By(here.id, HERE, 3, Kind.SET_NOTE),
        By(here.id, HERE, 4, Kind.SET_LINE),
    )
    assert patch.lines == {MILK: None, APPLES: show_line(saved.lines[APPLES], PRODUCTS[APPLES])}
    assert (patch.note, patch.saved, patch.voucher) == ("Ring twice", UNSET, UNSET)
    assert patch.totals.subtotal == 440


def test_every_patch_carries_the_totals_of_its_revision() -> None:
    harness, here = CartHarness(), FakeTab()
    harness.let_in(here)
    ops: list[Op] = [AddLine(APPLES, 1), SetVoucher(TENTH), AddLine(APPLES, 1)]
    for n, op in enumerate(ops, start=1):
        here.submits(harness.cart, n, op)
        harness.saves()

    patches = [message for message in here.received if isinstance(message, PatchMessage)]
    assert [patch.totals.subtotal for patch in patches] == [220, 220, 440]
    assert [patch.totals.discount for patch in patches] == [0, 22, 44]


def test_an_op_submitted_during_a_save_waits_for_the_next_save() -> None:
    harness, here, there = CartHarness(), FakeTab(), another_tab()
    harness.let_in(here, there)
    here.submits(harness.cart, 1, ONE_MILK)
    harness.takes()

    there.submits(harness.cart, 1, SetNote("Ring twice"))
    harness.cart.announce()

    assert kinds_of(here.take_received()) == ["Ok", "PatchMessage"]
    assert kinds_of(there.take_received()) == ["PatchMessage"]
    assert harness.cart.saved.note == ""
    assert harness.saves().note == "Ring twice"
    assert kinds_of(there.received) == ["Ok", "PatchMessage"]


def test_each_save_expects_the_version_that_the_previous_save_wrote() -> None:
    harness, here = CartHarness(), FakeTab()
    seen = []
    for n in (1, 2, 3):
        here.submits(harness.cart, n, ONE_MILK)
        cart, _ = harness.takes()
        seen.append(cart.version)
        harness.cart.announce()

    assert seen == [0, 1, 2]
    assert harness.cart.saved.version == harness.cart.latest.version == 3


def test_a_save_that_was_not_taken_is_not_announced() -> None:
    harness, here = CartHarness(), FakeTab()
    here.submits(harness.cart, 1, ONE_MILK)

    harness.cart.announce()

    assert here.received == []
    assert harness.cart.saved == EMPTY


def test_a_save_is_announced_once() -> None:
    harness, here = CartHarness(), FakeTab()
    here.submits(harness.cart, 1, ONE_MILK)
    harness.saves()
    here.submits(harness.cart, 2, ONE_MILK)

    harness.cart.announce()

    assert here.received == [Ok(1, 1)]
    assert harness.cart.saved.version == 1


def test_a_gap_in_op_numbers_is_requested_and_uses_no_token() -> None:
    harness, here = CartHarness(limits=Limits(burst=1)), FakeTab()

    for n in (2, 3):
        here.submits(harness.cart, n, ONE_MILK)
    here.submits(harness.cart, 1, ONE_MILK)

    assert here.received == [Need(1), Need(1)]
    assert harness.saves().lines[MILK].qty == 1


def test_an_op_over_the_rate_limit_is_deferred() -> None:
    harness, here = CartHarness(limits=Limits(burst=3, per_s=10)), FakeTab()
    for n in (1, 2, 3, 4):
        here.submits(harness.cart, n, SetNote(str(n)))

    assert here.received == [RetryLater(4, RetryCode.RATE, 100)]
    assert harness.cart.latest.note == "3"


def test_an_op_sent_again_after_its_delay_is_accepted() -> None:
    harness, here = CartHarness(limits=Limits(burst=3, per_s=10)), FakeTab()
    for n in (1, 2, 3, 4):
        here.submits(harness.cart, n, SetNote(str(n)))

    harness.clock.passes(0.1)
    here.submits(harness.cart, 4, SetNote("4"))

    assert harness.saves().note == "4"


def test_all_tabs_of_an_account_share_one_token_bucket() -> None:
    harness, here, there = CartHarness(limits=Limits(burst=2)), FakeTab(), another_tab()

    here.submits(harness.cart, 1, ONE_MILK)
    there.submits(harness.cart, 1, ONE_MILK)
    there.submits(harness.cart, 2, ONE_MILK)

    assert there.received == [RetryLater(2, RetryCode.RATE, 100)]


def test_a_cart_without_tabs_and_without_unsaved_ops_is_idle() -> None:
    harness, here = CartHarness(), FakeTab()
    idle = [harness.cart.idle]

    harness.let_in(here)
    idle.append(harness.cart.idle)
    here.submits(harness.cart, 1, ONE_MILK)
    harness.cart.tabs.leave(here)
    idle.append(harness.cart.idle)
    harness.saves()
    idle.append(harness.cart.idle)

    assert idle == [True, False, False, True]


def test_a_verdict_is_still_sent_to_a_tab_that_left_the_cart() -> None:
    harness, here = CartHarness(), FakeTab()
    harness.let_in(here)
    here.submits(harness.cart, 1, ONE_MILK)

    harness.cart.tabs.leave(here)
    harness.saves()

    assert here.received == [Ok(1, 1)]


def test_revisions_continue_from_the_saved_cart() -> None:
    harness, here = CartHarness(after(ONE_MILK, ONE_MILK)), FakeTab()

    here.submits(harness.cart, 3, ONE_MILK)

    saved = harness.saves()
    assert (saved.rev, saved.lines[MILK].qty) == (3, 3)
