"""Carts that are reloaded, or lost."""

import asyncio

import pytest

from app.domain.cart import AccountId
from app.domain.errors import DatabaseUnavailable
from app.domain.ops import AddLine, SetNote
from app.live.ports import DisconnectReason
from app.live.sync_state import SyncState
from tests.examples import ADA, EMPTY, MILK, after
from tests.live.fakes import FakeTab, another_tab
from tests.live.harness import AroundHub, kinds_of, until_it_waits

BOB = AccountId("u-bob")
ONE_MILK = AddLine(MILK, 1)


async def test_a_cart_that_another_node_saved_is_reloaded() -> None:
    around, here = AroundHub(), FakeTab()
    cart = await around.enters(here)
    here.submits(cart, 1, ONE_MILK)
    around.writer.takes()
    around.disk.carts[ADA] = after(SetNote("Ring twice"))._replace(version=1, outboxes={})

    around.hub.mark_stale([ADA])
    await around.hub.resync()
    around.saves()

    assert kinds_of(here.received) == ["Snapshot", "Ok", "PatchMessage"]
    assert (cart.saved.note, cart.saved.rev) == ("Ring twice", 2)


async def test_a_cart_whose_save_has_an_unknown_outcome_is_reloaded() -> None:
    around, here = AroundHub(), FakeTab()
    cart = await around.enters(here)
    here.submits(cart, 1, ONE_MILK)
    around.writer.takes()

    around.hub.mark_unknown([ADA])
    assert kinds_of(here.take_received()) == ["RetryLater"]
    await around.hub.resync()
    here.submits(cart, 1, ONE_MILK)
    around.saves()

    assert kinds_of(here.received) == ["Ok", "PatchMessage"]


async def test_the_reload_job_waits_until_a_cart_is_stale() -> None:
    around = AroundHub()
    cart = await around.enters(FakeTab())
    resyncing = asyncio.create_task(around.hub.resync())
    await until_it_waits()
    assert not resyncing.done()

    around.hub.mark_unknown([ADA])
    await resyncing

    assert cart.sync_state is SyncState.IN_SYNC
    again = asyncio.create_task(around.hub.resync())
    await until_it_waits()
    assert not again.done()
    again.cancel()


async def test_a_cart_that_cannot_be_reloaded_now_is_reloaded_later() -> None:
    around = AroundHub()
    ada, bob = await around.enters(FakeTab()), await around.enters(FakeTab(), BOB)
    around.hub.mark_unknown([ADA, BOB])
    around.disk.is_away = True
    with pytest.raises(DatabaseUnavailable):
        await around.hub.resync()

    around.disk.is_away = False
    await around.hub.resync()

    assert (ada.sync_state, bob.sync_state) == (SyncState.IN_SYNC, SyncState.IN_SYNC)


async def test_a_cart_that_was_read_too_early_is_read_again() -> None:
    around, here = AroundHub(), FakeTab()
    cart = await around.enters(here)
    around.hub.mark_unknown([ADA])
    around.disk.is_free.clear()
    resyncing = asyncio.create_task(around.hub.resync())
    await until_it_waits()
    around.disk.carts[ADA] = EMPTY._replace(version=1)
    cart.take()
    cart.announce()

    around.disk.is_free.set()
    await resyncing

    assert (cart.sync_state, cart.saved.version) == (SyncState.IN_SYNC, 1)


async def test_a_cart_that_is_older_on_disk_than_in_memory_is_lost() -> None:
    around, here = AroundHub(), FakeTab()
    cart = await around.enters(here)
    here.submits(cart, 1, ONE_MILK)
    around.saves()
    around.disk.carts[ADA] = EMPTY

    around.hub.mark_stale([ADA])
    await around.hub.resync()

    assert here.disconnects == [DisconnectReason.LOST]
    assert around.hub.open_carts == 0


async def test_only_the_cart_that_cannot_be_read_is_lost() -> None:
    around, here, elsewhere = AroundHub(), FakeTab(), FakeTab()
    await around.enters(here)
    healthy = await around.enters(elsewhere, BOB)
    around.disk.unreadable = {ADA}

    around.hub.mark_unknown([ADA, BOB])
    await around.hub.resync()

    assert here.disconnects == [DisconnectReason.LOST]
    assert (elsewhere.disconnects, healthy.sync_state) == ([], SyncState.IN_SYNC)
    assert around.hub.open_carts == 1


async def test_a_stale_cart_without_tabs_is_closed_after_its_reload() -> None:
    around, here = AroundHub(), FakeTab()
    cart = await around.enters(here)
    here.submits(cart, 1, ONE_MILK)
    around.writer.takes()
    around.hub.leave(cart, here)

    around.hub.mark_unknown([ADA])
    assert around.hub.open_carts == 1
    await around.hub.resync()

    assert around.hub.open_carts == 0


async def test_a_cart_lost_while_it_is_borrowed_is_not_opened_again() -> None:
    around = AroundHub()
    await around.enters(FakeTab())
    around.disk.is_free.clear()
    coming = asyncio.create_task(around.enters(another_tab()))
    await until_it_waits()

    around.hub.lose([ADA])
    around.disk.is_free.set()

    with pytest.raises(DatabaseUnavailable):
        await coming
    assert around.hub.open_carts == 0


async def test_a_stale_cart_that_was_lost_meanwhile_is_not_reloaded() -> None:
    around = AroundHub()
    await around.enters(FakeTab())
    around.hub.mark_unknown([ADA])
    around.hub.lose([ADA])

    await around.hub.resync()

    assert around.disk.carts_read == [ADA]
