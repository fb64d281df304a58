"""Carts that other nodes serve too: what is published, and what is done with their events."""

import asyncio

from app.domain.cart import Patch
from app.domain.ops import AddLine, SetNote
from app.live.ports import CommittedChange, DisconnectReason
from app.live.sync_state import SyncState
from app.protocol.messages import By
from tests.examples import ADA, HERE, MILK, THERE, after
from tests.live.fakes import FakeTab
from tests.live.harness import AroundHub, kinds_of, until_it_waits

ONE_MILK = AddLine(MILK, 1)
NOTE = SetNote("Ring twice")
BY_THERE = By(None, THERE, 1, NOTE.kind)
NOTED = after(NOTE)._replace(version=1, outboxes={})
MADE = CommittedChange(Patch(1, note="Ring twice"), BY_THERE)


async def test_changes_are_published_to_other_nodes_after_the_save() -> None:
    around, here = AroundHub(), FakeTab()
    cart = await around.enters(here)
    here.submits(cart, 1, ONE_MILK)
    here.submits(cart, 2, ONE_MILK)
    assert around.peers.commits == []

    around.saves()

    ((account, version, made),) = around.peers.commits
    assert (account, version) == (ADA, 1)
    assert [(one.patch.rev, one.by.n, one.by.outbox) for one in made] == [
        (1, 1, HERE),
        (2, 2, HERE),
    ]


async def test_a_rejection_is_published_too_since_it_changes_the_version() -> None:
    around, here = AroundHub(), FakeTab()
    cart = await around.enters(here)
    here.submits(cart, 1, AddLine(MILK, 0))
    around.saves()

    assert around.peers.commits == [(ADA, 1, [])]


async def test_a_change_of_another_node_is_sent_as_its_patch() -> None:
    around, here = AroundHub(), FakeTab()
    cart = await around.enters(here)
    around.disk.carts[ADA] = NOTED

    around.hub.on_remote_commit(ADA, 1, [MADE])
    await around.hub.resync()

    (change,) = here.received
    assert kinds_of(here.received) == ["PatchMessage"]
    assert (change.note, change.by) == ("Ring twice", BY_THERE)  # type: ignore[union-attr]
    assert cart.saved == NOTED


async def test_a_missed_change_of_another_node_sends_a_snapshot() -> None:
    around, here = AroundHub(), FakeTab()
    await around.enters(here)
    around.disk.carts[ADA] = after(ONE_MILK, NOTE)._replace(version=2)

    around.hub.on_remote_commit(ADA, 2, [MADE._replace(patch=Patch(2, note="Ring twice"))])
    await around.hub.resync()

    assert kinds_of(here.received) == ["Snapshot"]


async def test_a_change_that_does_not_lead_to_the_saved_cart_sends_a_snapshot() -> None:
    around, here = AroundHub(), FakeTab()
    await around.enters(here)
    around.disk.carts[ADA] = NOTED

    around.hub.on_remote_commit(ADA, 1, [MADE._replace(patch=Patch(1, note="Ring once"))])
    await around.hub.resync()

    assert kinds_of(here.received) == ["Snapshot"]


async def test_late_repeated_and_foreign_events_cause_no_reload() -> None:
    around, here = AroundHub(), FakeTab()
    cart = await around.enters(here)
    around.disk.carts[ADA] = NOTED
    around.hub.on_remote_commit(ADA, 1, [MADE])
    await around.hub.resync()
    here.take_received()
    read = len(around.disk.carts_read)

    around.hub.on_remote_commit(ADA, 1, [MADE])
    around.hub.on_remote_commit(ADA, 0, [])
    around.hub.on_remote_commit(THERE, 7, [])  # type: ignore[arg-type]

    assert (cart.sync_state, here.received) == (SyncState.IN_SYNC, [])
    assert len(around.disk.carts_read) == read


async def test_late_events_are_not_kept() -> None:
    around, here = AroundHub(), FakeTab()
    await around.enters(here)
    around.disk.carts[ADA] = NOTED
    around.hub.on_remote_commit(ADA, 1)
    await around.hub.resync()
    here.take_received()
    around.hub.on_remote_commit(ADA, 1, [MADE._replace(patch=Patch(2, note="Never"))])

    around.disk.carts[ADA] = after(SetNote("Never"), cart=NOTED)._replace(version=2, outboxes={})
    around.hub.on_remote_commit(ADA, 2)
    await around.hub.resync()

    assert kinds_of(here.received) == ["Snapshot"], "nobody told who did it"


async def test_an_event_of_a_version_that_never_appears_causes_one_reload() -> None:
    around, here = AroundHub(), FakeTab()
    cart = await around.enters(here)
    read = len(around.disk.carts_read)

    around.hub.on_remote_commit(ADA, 1_000_000)
    await around.hub.resync()

    assert (cart.sync_state, here.received) == (SyncState.IN_SYNC, [])
    assert len(around.disk.carts_read) == read + 1


async def test_a_cart_that_is_being_saved_detects_the_conflict_by_itself() -> None:
    around, here = AroundHub(), FakeTab()
    cart = await around.enters(here)
    here.submits(cart, 1, ONE_MILK)
    around.writer.takes()
    around.disk.carts[ADA] = NOTED

    around.hub.on_remote_commit(ADA, 1, [MADE])
    assert cart.sync_state is SyncState.IN_SYNC

    around.hub.mark_stale([ADA])
    await around.hub.resync()
    around.saves()

    assert kinds_of(here.received) == ["PatchMessage", "Ok", "PatchMessage"]
    assert (cart.saved.rev, cart.saved.note) == (2, "Ring twice")


async def test_a_cart_saved_just_before_another_node_saved_it_is_reloaded_afterwards() -> None:
    around, here = AroundHub(), FakeTab()
    cart = await around.enters(here)
    here.submits(cart, 1, ONE_MILK)
    ((taken, *_),) = around.writer.takes()
    mine = taken._replace(version=1)
    around.disk.carts[ADA] = after(NOTE, cart=mine)._replace(version=2)

    around.hub.on_remote_commit(ADA, 2, [MADE._replace(patch=Patch(2, note="Ring twice"))])
    around.hub.announce([ADA])
    assert cart.sync_state is SyncState.STALE
    await around.hub.resync()

    assert kinds_of(here.received) == ["Ok", "PatchMessage", "PatchMessage"]
    assert (cart.saved.version, cart.saved.rev) == (2, 2)


async def test_while_the_database_is_unavailable_events_cause_no_ruling() -> None:
    around, here = AroundHub(), FakeTab()
    cart = await around.enters(here)
    around.hub.mark_unknown([ADA])

    around.hub.on_remote_commit(ADA, 1, [MADE])
    here.submits(cart, 1, ONE_MILK)

    assert cart.sync_state is SyncState.UNKNOWN
    assert kinds_of(here.received) == ["RetryLater"]


async def test_tabs_on_other_nodes_are_counted() -> None:
    around, here = AroundHub(), FakeTab()
    cart = await around.enters(here)
    cart.tabs.publish_count(here)
    assert around.peers.tabs == [(ADA, 1)]
    here.take_received()

    around.hub.on_remote_tabs(ADA, "other", 2)

    assert [message.n for message in here.take_received()] == [3]  # type: ignore[union-attr]
    assert around.peers.tabs == [(ADA, 1), (ADA, 1)], "a node that is new is told how many are here"
    around.hub.on_remote_tabs(ADA, "other", 1)
    assert len(around.peers.tabs) == 2
    around.hub.on_remote_tabs(ADA, "other", 0)
    assert [message.n for message in here.take_received()] == [2, 1]  # type: ignore[union-attr]


async def test_a_node_that_stopped_without_a_goodbye_is_forgotten() -> None:
    around, here = AroundHub(), FakeTab()
    cart = await around.enters(here)
    cart.tabs.publish_count(here)
    around.hub.on_remote_tabs(ADA, "other", 1)
    here.take_received()

    assert [around.hub.renew_presence() for _ in range(2)] == [(ADA,), (ADA,)]
    assert here.received == []
    around.hub.renew_presence()

    assert [message.n for message in here.take_received()] == [1]  # type: ignore[union-attr]


async def test_a_lost_cart_publishes_that_it_has_no_tabs() -> None:
    around, here = AroundHub(), FakeTab()
    cart = await around.enters(here)
    cart.tabs.publish_count(here)

    around.hub.lose([ADA])

    assert around.peers.tabs == [(ADA, 1), (ADA, 0)]
    assert here.disconnects == [DisconnectReason.LOST]


async def test_a_tab_that_moves_to_this_node_finds_the_cart_as_saved_there() -> None:
    around, here, mover = AroundHub(), FakeTab(), FakeTab("mover")
    around.peers.are_any = True
    await around.enters(here)
    around.disk.carts[ADA] = NOTED

    cart = await around.enters(mover)

    assert cart.saved == NOTED
    assert kinds_of(here.received) == ["Snapshot"]


async def test_a_tab_that_connects_during_a_save_of_an_older_cart_waits_for_its_outcome() -> None:
    around, here, mover = AroundHub(), FakeTab(), FakeTab("mover", outbox=THERE)
    around.peers.are_any = True
    cart = await around.enters(here)
    here.submits(cart, 1, ONE_MILK)
    around.writer.takes()
    around.disk.carts[ADA] = NOTED

    entering = asyncio.create_task(around.enters(mover))
    await until_it_waits()
    assert not entering.done()
    around.hub.mark_stale([ADA])
    around.hub.settle()
    await entering

    assert cart.saved == NOTED


async def test_a_server_without_peers_loads_the_cart_once() -> None:
    around, here, mover = AroundHub(), FakeTab(), FakeTab("mover")
    await around.enters(here)
    around.disk.carts[ADA] = NOTED

    cart = await around.enters(mover)

    assert cart.saved != NOTED
    assert around.disk.carts_read == [ADA]
