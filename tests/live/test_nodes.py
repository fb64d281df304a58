"""Carts that other nodes serve too: what is published, and what is done with their events."""

import asyncio

from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.cart import Patch
from app.domain.ops import AddLine, SetNote
from app.domain.position import position
from app.live.ports import DisconnectReason
from app.live.sync_state import SyncState
from app.protocol.changes import CommittedChange
from app.protocol.messages import By, PatchMessage
from tests.examples import ADA, HERE, MILK, THERE, after
from tests.live.fakes import FakeTab, another_tab
from tests.live.harness import HubHarness, kinds_of, until_it_waits

ONE_MILK = AddLine(MILK, 1)
NOTE = SetNote("Ring twice")
BY_THERE = By(None, THERE, 1, NOTE.kind)
NOTED = replace(after(NOTE), version=1, outboxes={})
BY_HERE = By(None, HERE, 1, ONE_MILK.kind)
BOTH = CommittedChange(
    Patch(2, after(ONE_MILK).lines, note="Ring twice", revs=2), (BY_HERE, BY_THERE)
)
MADE = CommittedChange(Patch(1, note="Ring twice"), (BY_THERE,))


async def test_changes_are_published_to_other_nodes_after_the_save() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    here.submits(cart, 1, ONE_MILK)
    here.submits(cart, 2, ONE_MILK)
    assert harness.peers.commits == []

    harness.saves()

    ((account, version, change),) = harness.peers.commits
    assert (account, version) == (ADA, 1)
    assert change
    assert (change.patch.prev, change.patch.rev) == (0, 2)
    assert change.patch.lines == cart.saved.lines
    assert [(by.n, by.outbox) for by in change.by] == [(1, HERE), (2, HERE)]


async def test_a_rejection_is_published_too_since_it_changes_the_version() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    here.submits(cart, 1, AddLine(MILK, 0))
    harness.saves()

    assert harness.peers.commits == [(ADA, 1, None)]


async def test_a_change_of_another_node_is_sent_as_its_patch() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    harness.disk.carts[ADA] = NOTED

    harness.hub.on_remote_commit(ADA, 1, MADE)
    await harness.hub.resync()

    (change,) = here.received
    assert kinds_of(here.received) == ["PatchMessage"]
    assert (change.note, change.by) == ("Ring twice", (BY_THERE,))  # type: ignore[union-attr]
    assert cart.saved == NOTED


async def test_ops_saved_together_on_another_node_are_sent_as_one_patch() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    harness.disk.carts[ADA] = replace(after(ONE_MILK, NOTE), version=1, outboxes={})

    harness.hub.on_remote_commit(ADA, 1, BOTH)
    await harness.hub.resync()

    (patch,) = here.received
    assert isinstance(patch, PatchMessage)
    assert (patch.prev, patch.rev, patch.by) == (0, 2, BOTH.by)
    assert patch.lines.keys() == {MILK}
    assert (patch.note, cart.saved) == ("Ring twice", harness.disk.carts[ADA])


async def test_commits_of_other_nodes_are_sent_in_order_one_patch_for_each() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    harness.hub.on_remote_commit(ADA, 2, replace(MADE, patch=Patch(3, note="Ring once")))
    harness.hub.on_remote_commit(ADA, 1, BOTH)
    ops = ONE_MILK, NOTE, SetNote("Ring once")
    harness.disk.carts[ADA] = replace(after(*ops), version=2)

    await harness.hub.resync()

    patches = [message for message in here.received if isinstance(message, PatchMessage)]
    assert [(patch.prev, patch.rev) for patch in patches] == [(0, 2), (2, 3)]
    assert [patch.totals.subtotal for patch in patches] == [145, 145]
    assert [patch.at for patch in patches][-1] == position(cart.saved)


async def test_a_commit_of_another_node_that_begins_before_the_cart_sends_a_snapshot() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    here.submits(cart, 1, ONE_MILK)
    harness.saves()
    here.take_received()
    harness.disk.carts[ADA] = replace(after(ONE_MILK, NOTE), version=2)

    harness.hub.on_remote_commit(ADA, 2, BOTH)
    await harness.hub.resync()

    assert kinds_of(here.received) == ["Snapshot"]


async def test_a_missed_change_of_another_node_sends_a_snapshot() -> None:
    harness, here = HubHarness(), FakeTab()
    await harness.enters(here)
    harness.disk.carts[ADA] = replace(after(ONE_MILK, NOTE), version=2)

    harness.hub.on_remote_commit(ADA, 2, replace(MADE, patch=Patch(2, note="Ring twice")))
    await harness.hub.resync()

    assert kinds_of(here.received) == ["Snapshot"]


async def test_a_change_that_does_not_lead_to_the_saved_cart_sends_a_snapshot() -> None:
    harness, here = HubHarness(), FakeTab()
    await harness.enters(here)
    harness.disk.carts[ADA] = NOTED

    harness.hub.on_remote_commit(ADA, 1, replace(MADE, patch=Patch(1, note="Ring once")))
    await harness.hub.resync()

    assert kinds_of(here.received) == ["Snapshot"]


async def test_late_repeated_and_foreign_events_cause_no_reload() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    harness.disk.carts[ADA] = NOTED
    harness.hub.on_remote_commit(ADA, 1, MADE)
    await harness.hub.resync()
    here.take_received()
    read = len(harness.disk.carts_read)

    harness.hub.on_remote_commit(ADA, 1, MADE)
    harness.hub.on_remote_commit(ADA, 0, None)
    harness.hub.on_remote_commit(THERE, 7, None)  # type: ignore[arg-type]

    assert (cart.sync_state, here.received) == (SyncState.IN_SYNC, [])
    assert len(harness.disk.carts_read) == read


async def test_late_events_are_not_kept() -> None:
    harness, here = HubHarness(), FakeTab()
    await harness.enters(here)
    harness.disk.carts[ADA] = NOTED
    harness.hub.on_remote_commit(ADA, 1)
    await harness.hub.resync()
    here.take_received()
    harness.hub.on_remote_commit(ADA, 1, replace(MADE, patch=Patch(2, note="Never")))

    harness.disk.carts[ADA] = replace(after(SetNote("Never"), cart=NOTED), version=2, outboxes={})
    harness.hub.on_remote_commit(ADA, 2)
    await harness.hub.resync()

    assert kinds_of(here.received) == ["Snapshot"], "nobody told who did it"


async def test_an_event_of_a_version_that_never_appears_causes_one_reload() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    read = len(harness.disk.carts_read)

    harness.hub.on_remote_commit(ADA, 1_000_000)
    await harness.hub.resync()

    assert (cart.sync_state, here.received) == (SyncState.IN_SYNC, [])
    assert len(harness.disk.carts_read) == read + 1


async def test_a_cart_that_is_being_saved_detects_the_conflict_by_itself() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    here.submits(cart, 1, ONE_MILK)
    harness.writer.takes()
    harness.disk.carts[ADA] = NOTED

    harness.hub.on_remote_commit(ADA, 1, MADE)
    assert cart.sync_state is SyncState.IN_SYNC

    harness.hub.mark_stale([ADA])
    await harness.hub.resync()
    harness.saves()

    assert kinds_of(here.received) == ["PatchMessage", "Ok", "PatchMessage"]
    assert (cart.saved.rev, cart.saved.note) == (2, "Ring twice")


async def test_a_cart_saved_just_before_another_node_saved_it_is_reloaded_afterwards() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    here.submits(cart, 1, ONE_MILK)
    ((taken, *_),) = harness.writer.takes()
    mine = replace(taken, version=1)
    harness.disk.carts[ADA] = replace(after(NOTE, cart=mine), version=2)

    harness.hub.on_remote_commit(ADA, 2, replace(MADE, patch=Patch(2, note="Ring twice")))
    harness.hub.announce([ADA])
    assert cart.sync_state is SyncState.STALE
    await harness.hub.resync()

    assert kinds_of(here.received) == ["Ok", "PatchMessage", "PatchMessage"]
    assert (cart.saved.version, cart.saved.rev) == (2, 2)


async def test_while_the_database_is_unavailable_events_cause_no_ruling() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    harness.hub.mark_unknown([ADA])

    harness.hub.on_remote_commit(ADA, 1, MADE)
    here.submits(cart, 1, ONE_MILK)

    assert cart.sync_state is SyncState.UNKNOWN
    assert kinds_of(here.received) == ["RetryLater"]


async def test_tabs_on_other_nodes_are_counted() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    cart.tabs.publish_count(here)
    assert harness.peers.tabs == [(ADA, 1)]
    here.take_received()

    harness.hub.on_remote_tabs(ADA, "other", 2)

    assert [message.n for message in here.take_received()] == [3]  # type: ignore[union-attr]
    assert harness.peers.tabs == [(ADA, 1), (ADA, 1)], (
        "a node that is new is told how many are here"
    )
    harness.hub.on_remote_tabs(ADA, "other", 1)
    assert len(harness.peers.tabs) == 2
    harness.hub.on_remote_tabs(ADA, "other", 0)
    assert [message.n for message in here.take_received()] == [2, 1]  # type: ignore[union-attr]


async def test_a_node_that_stopped_without_a_goodbye_is_forgotten() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    cart.tabs.publish_count(here)
    harness.hub.on_remote_tabs(ADA, "other", 1)
    here.take_received()

    assert [harness.hub.renew_presence() for _ in range(2)] == [(ADA,), (ADA,)]
    assert here.received == []
    harness.hub.renew_presence()

    assert [message.n for message in here.take_received()] == [1]  # type: ignore[union-attr]


async def test_a_lost_cart_publishes_that_it_has_no_tabs() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    cart.tabs.publish_count(here)

    harness.hub.lose([ADA])

    assert harness.peers.tabs == [(ADA, 1), (ADA, 0)]
    assert here.disconnects == [DisconnectReason.LOST]


async def test_a_tab_that_moves_to_this_node_finds_the_cart_as_saved_there() -> None:
    harness, here, mover = HubHarness(), FakeTab(), FakeTab("mover")
    harness.peers.are_any = True
    await harness.enters(here)
    harness.disk.carts[ADA] = NOTED

    cart = await harness.enters(mover)

    assert cart.saved == NOTED
    assert kinds_of(here.received) == ["Snapshot"]


async def test_a_tab_that_connects_during_a_save_of_an_older_cart_waits_for_its_outcome() -> None:
    harness, here, mover = HubHarness(), FakeTab(), FakeTab("mover", outbox=THERE)
    harness.peers.are_any = True
    cart = await harness.enters(here)
    here.submits(cart, 1, ONE_MILK)
    harness.writer.takes()
    harness.disk.carts[ADA] = NOTED

    entering = asyncio.create_task(harness.enters(mover))
    await until_it_waits()
    assert not entering.done()
    harness.hub.mark_stale([ADA])
    harness.hub.settle()
    await entering

    assert cart.saved == NOTED


async def test_a_server_without_peers_loads_the_cart_once() -> None:
    harness, here, mover = HubHarness(), FakeTab(), FakeTab("mover")
    await harness.enters(here)
    harness.disk.carts[ADA] = NOTED

    cart = await harness.enters(mover)

    assert cart.saved != NOTED
    assert harness.disk.carts_read == [ADA]


async def test_a_tab_that_comes_while_the_cart_is_read_does_not_see_an_older_version() -> None:
    harness, here, there = HubHarness(), FakeTab(), another_tab()
    harness.peers.are_any = True
    harness.disk.is_free.clear()
    first = asyncio.create_task(harness.enters(here))
    await until_it_waits()
    harness.disk.carts[ADA] = NOTED  # by another node, which told it to the tab that comes now
    second = asyncio.create_task(harness.enters(there))
    await until_it_waits()

    harness.disk.is_free.set()

    await first
    assert (await second).saved == NOTED


async def test_a_cart_is_in_use_on_this_node_while_it_is_open() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    assert harness.peers.open_carts == {ADA: 1}
    here.submits(cart, 1, ONE_MILK)
    harness.hub.leave(cart, here)
    assert harness.peers.open_carts == {ADA: 1}, "not all of it is saved"

    harness.saves()
    assert harness.peers.open_carts == {ADA: 0}

    await harness.enters(FakeTab())
    harness.hub.lose([ADA])
    assert harness.peers.open_carts == {ADA: 0}


async def test_the_tabs_of_a_cart_that_is_handed_over_are_to_leave_and_no_others() -> None:
    harness, here, bobs = HubHarness(), FakeTab(), FakeTab()
    await harness.enters(here)
    await harness.enters(bobs, AccountId("u-bob"))

    harness.hub.hand_over(ADA)

    assert (here.is_handed_over, bobs.is_handed_over) == (True, False)


async def test_an_open_cart_catches_up_with_what_is_saved_though_no_event_came() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    harness.peers.are_any = True
    harness.disk.carts[ADA] = NOTED

    await harness.hub.catch_up(ADA)

    assert cart.saved == NOTED
    assert not cart.holds


async def test_a_cart_that_is_being_read_catches_up_too() -> None:
    harness = HubHarness()
    harness.peers.are_any = True
    harness.disk.is_free.clear()
    reading = asyncio.create_task(harness.enters(FakeTab()))
    await until_it_waits()
    harness.disk.carts[ADA] = NOTED

    catching_up = asyncio.create_task(harness.hub.catch_up(ADA))
    await until_it_waits()
    assert not catching_up.done()
    harness.disk.is_free.set()

    await catching_up
    assert (await reading).saved == NOTED


async def test_a_cart_that_is_not_open_is_not_read() -> None:
    harness = HubHarness()

    await harness.hub.catch_up(ADA)

    assert harness.disk.carts_read == []
