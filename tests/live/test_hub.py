"""Carts are opened when needed, and closed when idle."""

import asyncio
from contextlib import suppress

import pytest

from app.domain.accounts import AccountId
from app.domain.errors import DatabaseUnavailable
from app.domain.limits import Limits
from app.domain.members import OWNER
from app.domain.ops import AddLine
from app.domain.verdicts import Ok, RetryCode, RetryLater
from app.live.ports import DisconnectReason
from app.protocol.messages import PatchMessage, Prices, Snapshot
from tests.examples import ADA, EMPTY, HERE, MILK, THERE, after, catalog_with, without_room
from tests.live.fakes import FakeTab, another_tab
from tests.live.harness import HubHarness, kinds_of, until_it_waits

BOB = AccountId("u-bob")
ONE_MILK = AddLine(MILK, 1)


async def test_two_tabs_share_one_cart() -> None:
    harness = HubHarness()

    here = await harness.enters(FakeTab())
    there = await harness.enters(another_tab())

    assert here is there
    assert harness.disk.carts_read == [ADA]


async def test_two_accounts_do_not_share_a_cart() -> None:
    harness = HubHarness()

    ada, bob = await harness.enters(FakeTab()), await harness.enters(FakeTab(), BOB)

    assert ada is not bob
    assert (bob.saved.account, harness.hub.open_carts) == (BOB, 2)


async def test_tabs_that_arrive_together_load_the_cart_once() -> None:
    harness = HubHarness()
    harness.disk.is_free.clear()
    arriving = [asyncio.create_task(harness.enters(FakeTab(name))) for name in "abc"]
    await until_it_waits()

    harness.disk.is_free.set()
    carts = await asyncio.gather(*arriving)

    assert harness.disk.carts_read == [ADA]
    assert len({id(cart) for cart in carts}) == 1


async def test_if_the_first_waiting_tab_is_cancelled_the_second_loads_the_cart() -> None:
    harness = HubHarness()
    harness.disk.is_free.clear()
    first, second = (asyncio.create_task(harness.enters(FakeTab(name))) for name in "ab")
    await until_it_waits()

    first.cancel()
    await until_it_waits()
    harness.disk.is_free.set()

    assert (await second).saved == EMPTY
    assert harness.disk.carts_read == [ADA, ADA]
    assert first.cancelled()


async def test_cancelling_the_second_waiting_tab_does_not_affect_the_first() -> None:
    harness = HubHarness()
    harness.disk.is_free.clear()
    first, second = (asyncio.create_task(harness.enters(FakeTab(name))) for name in "ab")
    await until_it_waits()

    second.cancel()
    await until_it_waits()
    harness.disk.is_free.set()

    assert (await first).saved == EMPTY
    assert harness.disk.carts_read == [ADA]


async def test_a_cart_cannot_be_opened_until_the_database_is_available() -> None:
    harness = HubHarness()
    harness.disk.is_away = True
    arrivals = await asyncio.gather(
        *(harness.enters(FakeTab(name)) for name in "ab"), return_exceptions=True
    )

    harness.disk.is_away = False
    cart = await harness.enters(FakeTab())

    assert [type(arrival) for arrival in arrivals] == [DatabaseUnavailable, DatabaseUnavailable]
    assert (cart.saved, harness.hub.open_carts) == (EMPTY, 1)


async def test_a_cart_without_tabs_is_closed_and_loaded_again_later() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    harness.hub.leave(cart, here)
    assert harness.hub.open_carts == 0

    harness.disk.carts[ADA] = after(ONE_MILK)
    again = await harness.enters(here)

    assert again.saved.rev == 1


async def test_a_borrowed_cart_is_returned_even_if_its_borrower_fails() -> None:
    harness = HubHarness()

    with suppress(ZeroDivisionError):
        async with harness.hub.borrow(ADA, HERE):
            assert harness.hub.open_carts == 1
            raise ZeroDivisionError

    assert harness.hub.open_carts == 0


async def test_a_borrowed_cart_stays_open_when_the_tabs_leave() -> None:
    harness, here = HubHarness(), FakeTab()
    await harness.enters(here)

    async with harness.hub.borrow(ADA, None) as cart:
        harness.hub.leave(cart, here)
        assert await harness.enters(another_tab()) is cart

    assert harness.disk.carts_read == [ADA]


async def test_a_cart_stays_until_its_last_op_is_saved() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    here.submits(cart, 1, ONE_MILK)
    harness.hub.leave(cart, here)

    assert await harness.enters(another_tab()) is cart
    harness.hub.leave(cart, *cart.tabs)
    harness.saves()

    assert harness.hub.open_carts == 0
    assert here.received == [Ok(1, 1)]


async def test_an_outbox_is_looked_up_on_disk_only_if_the_cart_does_not_know_it() -> None:
    harness = HubHarness()
    harness.disk.carts[ADA] = without_room(after(ONE_MILK))
    harness.disk.lasts[ADA, THERE] = 500

    cart = await harness.enters(FakeTab())
    await harness.enters(another_tab())
    await harness.enters(FakeTab("third", outbox=THERE))

    assert harness.disk.lasts_read == [THERE]
    assert (cart.last(HERE), cart.last(THERE)) == (1, 500)


async def test_an_outbox_is_not_looked_up_on_disk_if_none_had_to_leave_the_cart() -> None:
    harness = HubHarness()

    cart = await harness.enters(FakeTab())

    assert harness.disk.lasts_read == []
    assert cart.last(HERE) == 0


async def test_a_cart_opened_without_an_outbox_looks_none_up() -> None:
    harness = HubHarness()

    async with harness.hub.borrow(ADA, None) as cart:
        assert cart.snapshot().rev == 0

    assert harness.disk.lasts_read == []


async def test_if_the_outbox_cannot_be_looked_up_the_cart_is_returned() -> None:
    harness = HubHarness()
    harness.disk.carts[ADA] = without_room(after(ONE_MILK))
    cart = await harness.enters(FakeTab())
    harness.disk.is_away = True

    with pytest.raises(DatabaseUnavailable):
        await harness.enters(FakeTab("third", outbox=THERE))

    assert (cart.holds, len(cart.tabs)) == (0, 1)


async def test_a_cart_without_tabs_sends_nothing() -> None:
    hub = HubHarness().hub

    hub.announce([ADA])
    hub.mark_stale([ADA])
    hub.mark_unknown([ADA])
    hub.lose([ADA])

    assert hub.open_carts == 0


async def test_the_tabs_of_a_lost_cart_are_disconnected_and_the_next_one_loads_it_again() -> None:
    harness, here = HubHarness(), FakeTab()
    lost = await harness.enters(here)

    harness.hub.lose([ADA])
    fresh = await harness.enters(another_tab())
    harness.hub.leave(lost, here)

    assert here.disconnects == [DisconnectReason.LOST]
    assert fresh is not lost
    assert harness.hub.open_carts == 1


async def test_reconnecting_does_not_refill_the_token_bucket() -> None:
    harness, here = HubHarness(Limits(burst=1, per_s=1)), FakeTab()
    cart = await harness.enters(here)
    here.submits(cart, 1, ONE_MILK)
    harness.saves()
    harness.hub.leave(cart, here)
    here.take_received()

    harness.clock.passes(0.5)
    here.submits(await harness.enters(here), 2, ONE_MILK)

    assert here.received == [RetryLater(2, RetryCode.RATE, 500)]


async def test_each_account_has_its_own_token_bucket() -> None:
    harness, here = HubHarness(Limits(burst=1)), FakeTab()
    cart = await harness.enters(here)
    here.submits(cart, 1, ONE_MILK)
    harness.saves()
    harness.hub.leave(cart, here)
    here.take_received()

    here.submits(await harness.enters(here, BOB), 1, ONE_MILK)

    assert here.received == []


async def test_full_token_buckets_are_forgotten() -> None:
    harness = HubHarness(Limits(burst=1, per_s=1))
    for account in (ADA, BOB, AccountId("u-eve")):
        harness.clock.passes(0.6)
        tab = FakeTab()
        cart = await harness.enters(tab, account)
        tab.submits(cart, 1, ONE_MILK)
        harness.saves()
        harness.hub.leave(cart, tab)

    left = {}
    for account in (ADA, BOB):
        async with harness.hub.borrow(account, None) as cart:
            left[account] = cart.tokens[OWNER].left

    assert left == {ADA: 1, BOB: 0}


async def test_a_catalogue_change_reaches_every_open_cart() -> None:
    harness, ada, bob = HubHarness(), FakeTab(), FakeTab("bob's")
    harness.disk.carts[ADA] = after(ONE_MILK)
    await harness.enters(ada)
    await harness.enters(bob, BOB)
    bob.watched = frozenset({MILK})
    moved = catalog_with(MILK, price=160).products[MILK]

    await harness.updates_catalog(moved)

    assert kinds_of(ada.received) == kinds_of(bob.received) == ["Prices"]
    assert isinstance(ada.received[0], Prices)
    assert ada.received[0].lines
    assert ada.received[0].lines[MILK].price == 160
    assert harness.hub.context.catalog.revision == 2


async def test_ops_are_ruled_on_by_the_current_catalogue() -> None:
    harness, here = HubHarness(), FakeTab()
    cart = await harness.enters(here)
    moved = catalog_with(MILK, price=160).products[MILK]

    await harness.updates_catalog(moved)
    here.submits(cart, 1, ONE_MILK)
    harness.saves()

    assert isinstance(here.received[1], PatchMessage)
    assert here.received[1].totals.subtotal == 160
    assert not isinstance(here.received[0], Snapshot)
