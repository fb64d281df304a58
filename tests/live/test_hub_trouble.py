"""Carts that are reloaded, or lost."""

import asyncio

import pytest
from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.errors import DatabaseUnavailable
from app.domain.ops import AddLine, SetNote
from app.live.ports import DisconnectReason
from app.live.sync_state import SyncState
from tests.examples import ADA, EMPTY, MILK, after, without_room
from tests.live.fakes import FakeTab, another_tab
from tests.live.harness import HubHarness, kinds_of, until_it_waits

BOB = AccountId("u-bob")
ONE_MILK = AddLine(MILK, 1)


async def test_a_cart_that_another_node_saved_is_reloaded() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    here.submits(cart, 1, ONE_MILK)
    harness.writer.takes()
    harness.disk.carts[ADA] = replace(after(SetNote("Ring twice")), version=1, outboxes={})

    harness.hub.mark_stale([ADA])
    await harness.hub.resync()
    harness.saves()

    assert kinds_of(here.received) == ["Snapshot", "Ok", "PatchMessage"]
    assert (cart.saved.note, cart.saved.rev) == ("Ring twice", 2)


async def test_a_cart_whose_save_has_an_unknown_outcome_is_reloaded() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    here.submits(cart, 1, ONE_MILK)
    harness.writer.takes()

    harness.hub.mark_unknown([ADA])
    assert kinds_of(here.take_received()) == ["RetryLater"]
    await harness.hub.resync()
    here.submits(cart, 1, ONE_MILK)
    harness.saves()

    assert kinds_of(here.received) == ["Ok", "PatchMessage"]


async def test_the_reload_job_waits_until_a_cart_is_stale() -> None:
    harness = HubHarness()
    cart = await harness.enters(FakeTab())
    resyncing = asyncio.create_task(harness.hub.resync())
    await until_it_waits()
    assert not resyncing.done()

    harness.hub.mark_unknown([ADA])
    await resyncing

    assert cart.sync_state is SyncState.IN_SYNC
    again = asyncio.create_task(harness.hub.resync())
    await until_it_waits()
    assert not again.done()
    again.cancel()


async def test_a_cart_that_cannot_be_reloaded_now_is_reloaded_later() -> None:
    harness = HubHarness()
    ada, bob = await harness.enters(FakeTab()), await harness.enters(FakeTab(), BOB)
    harness.hub.mark_unknown([ADA, BOB])
    harness.disk.is_away = True
    with pytest.raises(DatabaseUnavailable):
        await harness.hub.resync()

    harness.disk.is_away = False
    await harness.hub.resync()

    assert (ada.sync_state, bob.sync_state) == (SyncState.IN_SYNC, SyncState.IN_SYNC)


async def test_a_cart_that_was_read_too_early_is_read_again() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    harness.hub.mark_unknown([ADA])
    harness.disk.is_free.clear()
    resyncing = asyncio.create_task(harness.hub.resync())
    await until_it_waits()
    harness.disk.carts[ADA] = replace(EMPTY, version=1)
    cart.take()
    cart.announce()

    harness.disk.is_free.set()
    await resyncing

    assert (cart.sync_state, cart.saved.version) == (SyncState.IN_SYNC, 1)


async def test_a_cart_that_is_older_on_disk_than_in_memory_is_lost() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    here.submits(cart, 1, ONE_MILK)
    harness.saves()
    harness.disk.carts[ADA] = EMPTY

    harness.hub.mark_stale([ADA])
    await harness.hub.resync()

    assert here.disconnects == [DisconnectReason.LOST]
    assert harness.hub.open_carts == 0


async def test_only_the_cart_that_cannot_be_read_is_lost() -> None:
    harness, here, elsewhere = HubHarness(), FakeTab(), FakeTab()
    await harness.enters(here)
    healthy = await harness.enters(elsewhere, BOB)
    harness.disk.unreadable = {ADA}

    harness.hub.mark_unknown([ADA, BOB])
    await harness.hub.resync()

    assert here.disconnects == [DisconnectReason.LOST]
    assert (elsewhere.disconnects, healthy.sync_state) == ([], SyncState.IN_SYNC)
    assert harness.hub.open_carts == 1


async def test_a_stale_cart_without_tabs_is_closed_after_its_reload() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    here.submits(cart, 1, ONE_MILK)
    harness.writer.takes()
    harness.hub.leave(cart, here)

    harness.hub.mark_unknown([ADA])
    assert harness.hub.open_carts == 1
    await harness.hub.resync()

    assert harness.hub.open_carts == 0


async def test_a_cart_lost_while_it_is_borrowed_is_not_opened_again() -> None:
    harness = HubHarness()
    harness.disk.carts[ADA] = without_room(EMPTY)
    await harness.enters(FakeTab())
    harness.disk.is_free.clear()
    coming = asyncio.create_task(harness.enters(another_tab()))
    await until_it_waits()

    harness.hub.lose([ADA])
    harness.disk.is_free.set()

    with pytest.raises(DatabaseUnavailable):
        await coming
    assert harness.hub.open_carts == 0


async def test_a_stale_cart_that_was_lost_meanwhile_is_not_reloaded() -> None:
    harness = HubHarness()
    await harness.enters(FakeTab())
    harness.hub.mark_unknown([ADA])
    harness.hub.lose([ADA])

    await harness.hub.resync()

    assert harness.disk.carts_read == [ADA]


async def test_a_cart_that_is_rechecked_and_is_as_the_database_has_it_is_kept() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    here.submits(cart, 1, ONE_MILK)
    harness.saves()
    here.take_received()

    harness.hub.recheck()
    await harness.hub.resync()

    assert (cart.sync_state, here.received, here.disconnects) == (SyncState.IN_SYNC, [], [])


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (EMPTY, "future"),
        (replace(after(SetNote("Ring twice")), version=1), "fork"),
    ],
    ids=["older", "other content under the same version"],
)
async def test_a_cart_that_the_database_does_not_continue_is_lost_with_an_alarm(
    found: Cart, why: str
) -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    here.submits(cart, 1, ONE_MILK)
    harness.saves()
    harness.disk.carts[ADA] = found

    harness.hub.recheck()
    await harness.hub.resync()

    assert cart.sync_state is SyncState.LOST
    assert here.disconnects == [DisconnectReason.LOST]
    assert harness.hub.divergences.counts == {why: 1}
