"""A live cart with which staff help: what the helper is told, and what is told about the helper."""

from msgspec import UNSET
from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.help import HelpEnd, SavedHelp
from app.domain.help_rules import EndHelp, HelpChange
from app.domain.household import HouseholdRuling
from app.domain.members import NOBODY, OWNER
from app.domain.ops import AddLine, SaveLine, SetNote, SuggestLine
from app.domain.verdicts import Ok
from app.live.pending_household import PendingHousehold
from app.live.ports import DisconnectReason
from app.protocol.messages import (
    BY_HELP,
    HelpMessage,
    HouseholdMessage,
    PatchMessage,
    Snapshot,
    Tabs,
)
from tests.domain.help_examples import ASKED, HELP, HELPED, HELPED_SHARED, SAM, TAKEN
from tests.domain.household_examples import BEN, done_by
from tests.examples import ADA, APPLES, EMPTY, MILK, NOON, catalog_with
from tests.live.fakes import FakeTab
from tests.live.harness import CartHarness, HubHarness, kinds_of
from tests.live.test_household import FakeHouseholdObserver, of_kind, tab_of

FILLED = replace(
    done_by(
        (OWNER, AddLine(APPLES, 3)),
        (OWNER, AddLine(MILK, 1)),
        (OWNER, SaveLine(MILK)),
        (OWNER, SetNote("Key under the mat")),
        cart=HELPED,
    ),
    outboxes={},
)
ENDED = EndHelp(HELP, HelpEnd.SHOPPER, NOON + 60)
ON = HelpMessage("on", SAM, "Sam")


def changes(harness: CartHarness, change: HelpChange) -> FakeHouseholdObserver:
    """Submit *change*; return who waits for the outcome."""
    observer = FakeHouseholdObserver()
    harness.cart.submit_order(PendingHousehold(repr(change), change, observer))
    return observer


def help_of(*people: AccountId) -> tuple[CartHarness, list[FakeTab]]:
    """Return a harness of a cart with which Sam helps, and tabs of *people*."""
    harness = CartHarness(FILLED)
    tabs = [tab_of(by) for by in people]
    lets_in(harness, *tabs)
    return harness, tabs


def lets_in(harness: CartHarness, *tabs: FakeTab) -> None:
    """Let *tabs* in, and forget what they were told then."""
    harness.let_in(*tabs)
    harness.cart.tabs.publish_count(None)
    for tab in tabs:
        tab.take_received()


def test_shopper_and_helper_are_told_of_each_step_and_nothing_of_it_moves_the_cart() -> None:
    harness, ada = CartHarness(EMPTY), tab_of(OWNER)
    lets_in(harness, ada)

    asked = changes(harness, ASKED)
    harness.takes()
    assert harness.changes == (SavedHelp(ADA, asked_help := harness.cart.latest.help),)  # type: ignore[arg-type]
    assert asked_help
    harness.cart.announce()
    assert ada.take_received() == [HelpMessage("waiting")]

    changes(harness, TAKEN)
    harness.saves()
    assert ada.take_received() == [ON]
    assert isinstance(asked.outcomes[0], HouseholdRuling)
    assert harness.cart.saved.rev == EMPTY.rev

    sam = tab_of(SAM)
    harness.let_in(sam)
    harness.cart.tabs.publish_count(sam)
    assert sam.take_received() == [ON, Tabs(1)]

    changes(harness, ENDED)
    harness.saves()
    assert ada.take_received() == [over := HelpMessage("over", SAM, "Sam", HelpEnd.SHOPPER)]
    assert (sam.disconnects, sam.received) == ([DisconnectReason.REMOVED], [])

    harness.cart.tabs.publish_count(ada)
    assert over in ada.received, "a newcomer may have been away as the help ended"


def test_a_helper_sees_lines_and_totals_but_no_note_and_nothing_that_is_saved_for_later() -> None:
    harness, (ada, sam) = help_of(OWNER, SAM)

    for shown in (harness.cart.snapshot(SAM).cart, harness.cart.snapshot().cart):
        is_own = shown.note != ""
        assert (bool(shown.saved), shown.note) == (
            (True, "Key under the mat") if is_own else (False, "")
        )
        assert [line.sku for line in shown.lines] == [APPLES]
        assert shown.totals == harness.cart.snapshot().cart.totals
    shown = harness.cart.snapshot(SAM).cart
    assert (shown.saved, shown.note, harness.cart.prices(SAM).saved) == ((), "", UNSET)
    assert harness.cart.snapshot().cart.note

    ada.submits(harness.cart, 1, SetNote("Ring twice"))
    ada.submits(harness.cart, 2, SaveLine(APPLES))
    harness.saves()
    harness.updates_catalog(catalog_with(MILK, price=9))

    (told,) = of_kind(PatchMessage, sam.received)
    assert isinstance(told, PatchMessage)
    assert (told.note, told.saved, told.lines) == (UNSET, UNSET, {APPLES: None})
    assert not any(getattr(one, "saved", UNSET) is not UNSET for one in sam.received)


def test_a_suggestion_is_told_to_both_and_goes_with_the_help_unless_it_is_answered() -> None:
    harness, (ada, sam) = help_of(OWNER, SAM)

    sam.submits(harness.cart, 1, SuggestLine(MILK, 2))
    harness.saves()

    assert isinstance(sam.take_received()[0], Ok)
    (patch,) = of_kind(PatchMessage, ada.take_received())
    assert isinstance(patch, PatchMessage)
    assert patch.suggested is not UNSET
    suggested = patch.suggested[MILK]
    assert suggested
    assert (suggested.by, suggested.qty) == (SAM, 2)

    changes(harness, ENDED)
    harness.saves()
    (gone,) = of_kind(PatchMessage, ada.received)
    assert isinstance(gone, PatchMessage)
    assert (gone.by, gone.suggested) == ((BY_HELP,), {MILK: None})
    assert sam.received == []


def test_who_helps_is_no_tab_of_the_shoppers_and_keeps_nothing_held() -> None:
    harness, _ = help_of(SAM)
    assert (harness.cart.tabs.shoppers, harness.cart.tabs.has_helper) == ([], True)

    ada = tab_of(OWNER)
    harness.let_in(ada)
    harness.cart.tabs.publish_count(ada)

    assert of_kind(Tabs, ada.received)[-1] == Tabs(1)
    assert harness.peers.people[-1] == NOBODY
    assert (harness.cart.tabs.shoppers, len(harness.cart.tabs)) == ([ada], 2)


async def test_a_node_knows_which_of_its_carts_have_a_shopper_or_a_helper() -> None:
    harness, sam = HubHarness(), tab_of(SAM)
    harness.disk.carts[ADA] = HELPED
    await harness.enters(sam)

    assert harness.hub.attended([ADA, BEN]) == set()
    assert harness.hub.helped([ADA, BEN]) == {ADA}


def test_a_household_is_told_who_helps_and_the_helper_not_who_they_are() -> None:
    harness = CartHarness(HELPED_SHARED)
    ben, sam = tab_of(BEN), tab_of(SAM)
    harness.let_in(ben, sam)
    harness.cart.tabs.publish_count(sam)

    assert of_kind(HouseholdMessage, ben.received)
    assert not of_kind(HouseholdMessage, sam.received)
    (people,) = [one for one in ben.received if isinstance(one, HouseholdMessage)]
    assert SAM not in {person.account for person in people.people}


def test_an_end_on_another_node_lets_the_helper_go_before_anything_is_told() -> None:
    harness, (ada, sam) = help_of(OWNER, SAM)
    over = replace(FILLED.help, ended=HelpEnd.STAFF) if FILLED.help else None
    elsewhere = done_by((OWNER, AddLine(MILK, 1)), cart=FILLED)

    harness.cart.mark_stale()
    harness.cart.reload(replace(elsewhere, help=over, version=9))

    assert (sam.disconnects, sam.received) == ([DisconnectReason.REMOVED], [])
    assert kinds_of(ada.received)[0] == "HelpMessage"
    assert of_kind(Snapshot, ada.received)


def test_a_step_of_a_help_is_ruled_on_again_when_an_order_beside_it_is_refused() -> None:
    harness = CartHarness(EMPTY)
    observer = changes(harness, ASKED)
    harness.takes()

    harness.cart.refuse()
    assert observer.outcomes == []
    harness.saves()

    assert isinstance(observer.outcomes[0], HouseholdRuling)
    assert harness.cart.saved.help
