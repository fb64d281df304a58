"""Carts that other nodes serve too: what is published, and what is done with their events."""

import asyncio

from app.domain.cart import Patch
from app.domain.ops import AddLine, SetNote
from app.live.ports import CommittedChange, DisconnectReason
from app.live.sync_state import SyncState
from app.protocol.messages import By
from tests.examples import ADA, HERE, MILK, THERE, after
from tests.live.fakes import FakeTab
from tests.live.harness import HubHarness, kinds_of, until_it_waits

ONE_MILK = AddLine(MILK, 1)
NOTE = SetNote("Ring twice")
BY_THERE = By(None, THERE, 1, NOTE.kind)
NOTED = after(NOTE)._replace(version=1, outboxes={})
MADE = CommittedChange(Patch(1, note="Ring twice"), BY_THERE)


async def test_changes_are_published_to_other_nodes_after_the_save() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    here.submits(cart, 1, ONE_MILK)
    here.submits(cart, 2, ONE_MILK)
    assert harness.peers.commits == []

    harness.saves()

    ((account, version, made),) = harness.peers.commits
    assert (account, version) == (ADA, 1)
    assert [(one.patch.rev, one.by.n, one.by.outbox) for one in made] == [
        (1, 1, HERE),
        (2, 2, HERE),
    ]


async def test_a_rejection_is_published_too_since_it_changes_the_version() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    here.submits(cart, 1, AddLine(MILK, 0))
    harness.saves()

    assert harness.peers.commits == [(ADA, 1, [])]


async def test_a_change_of_another_node_is_sent_as_its_patch() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    harness.disk.carts[ADA] = NOTED

    harness.hub.on_remote_commit(ADA, 1, [MADE])
    await harness.hub.resync()

    (change,) = here.received
    assert kinds_of(here.received) == ["PatchMessage"]
    assert (change.note, change.by) == ("Ring twice", BY_THERE)  # type: ignore[union-attr]
    assert cart.saved == NOTED


async def test_a_missed_change_of_another_node_sends_a_snapshot() -> None:
    harness, here = HubHarness(), FakeTab()
    await harness.enters(here)
    harness.disk.carts[ADA] = after(ONE_MILK, NOTE)._replace(version=2)

    harness.hub.on_remote_commit(ADA, 2, [MADE._replace(patch=Patch(2, note="Ring twice"))])
    await harness.hub.resync()

    assert kinds_of(here.received) == ["Snapshot"]


async def test_a_change_that_does_not_lead_to_the_saved_cart_sends_a_snapshot() -> None:
    harness, here = HubHarness(), FakeTab()
    await harness.enters(here)
    harness.disk.carts[ADA] = NOTED

    harness.hub.on_remote_commit(ADA, 1, [MADE._replace(patch=Patch(1, note="Ring once"))])
    await harness.hub.resync()

    assert kinds_of(here.received) == ["Snapshot"]


async def test_late_repeated_and_foreign_events_cause_no_reload() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    harness.disk.carts[ADA] = NOTED
    harness.hub.on_remote_commit(ADA, 1, [MADE])
    await harness.hub.resync()
    here.take_received()
    read = len(harness.disk.carts_read)

    harness.hub.on_remote_commit(ADA, 1, [MADE])
    harness.hub.on_remote_commit(ADA, 0, [])
    harness.hub.on_remote_commit(THERE, 7, [])  # type: ignore[arg-type]

    assert (cart.sync_state, here.received) == (SyncState.IN_SYNC, [])
    assert len(harness.disk.carts_read) == read


async def test_late_events_are_not_kept() -> None:
    harness, here = HubHarness(), FakeTab()
    await harness.enters(here)
    harness.disk.carts[ADA] = NOTED
    harness.hub.on_remote_commit(ADA, 1)
    await harness.hub.resync()
    here.take_received()
    harness.hub.on_remote_commit(ADA, 1, [MADE._replace(patch=Patch(2, note="Never"))])

    harness.disk.carts[ADA] = after(SetNote("Never"), cart=NOTED)._replace(version=2, outboxes={})
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

    harness.hub.on_remote_commit(ADA, 1, [MADE])
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
    mine = taken._replace(version=1)
    harness.disk.carts[ADA] = after(NOTE, cart=mine)._replace(version=2)

    harness.hub.on_remote_commit(ADA, 2, [MADE._replace(patch=Patch(2, note="Ring twice"))])
    harness.hub.announce([ADA])
    assert cart.sync_state is SyncState.STALE
    await harness.hub.resync()

    assert kinds_of(here.received) == ["Ok", "PatchMessage", "PatchMessage"]
    assert (cart.saved.version, cart.saved.rev) == (2, 2)


async def test_while_the_database_is_unavailable_events_cause_no_ruling() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    harness.hub.mark_unknown([ADA])

    harness.hub.on_remote_commit(ADA, 1, [MADE])
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
