"""How often tabs get price changes, and which get the same message."""

import asyncio

import pytest
from msgspec import UNSET

from app.domain.accounts import AccountId
from app.domain.catalog import Product, Sku
from app.domain.ops import AddLine, SaveLine, SetNote
from app.live.price_broadcaster import CARTS_AT_ONCE, PAUSE_S
from app.protocol.messages import PatchMessage, Prices
from tests.examples import ADA, APPLES, EGGS, MILK, after, catalog_with
from tests.live.fakes import FakeTab
from tests.live.harness import HubHarness, kinds_of, until_it_waits

BOB = AccountId("u-bob")


def milk_at(price: int) -> Product:
    """Return milk at *price*."""
    return catalog_with(MILK, price=price).products[MILK]


def prices_received(tab: FakeTab) -> list[int]:
    """Return the price in each item that *tab* received."""
    return [
        message.items[0].price for message in tab.take_received() if isinstance(message, Prices)
    ]


async def watcher(harness: HubHarness, account: AccountId = ADA) -> FakeTab:
    """Connect a tab that watches milk."""
    tab = FakeTab(f"of {account}")
    tab.watched = frozenset({MILK})
    await harness.enters(tab, account)
    return tab


async def test_a_tab_gets_one_message_per_interval_with_the_last_of_many_edits() -> None:
    harness = HubHarness()
    tab = await watcher(harness)

    for price in range(160, 180):
        await harness.updates_catalog(milk_at(price))
        harness.clock.passes(PAUSE_S / 10)
    await harness.hub.broadcaster.send_due()

    assert prices_received(tab) == [160, 170, 179]


async def test_a_change_within_the_interval_is_sent_after_it() -> None:
    harness = HubHarness()
    tab = await watcher(harness)
    going = asyncio.create_task(harness.hub.broadcaster.go())
    harness.hub.update_catalog(2, catalog_with(MILK, price=160))
    await going
    harness.hub.update_catalog(3, catalog_with(MILK, price=170))
    await harness.hub.broadcaster.go()
    assert prices_received(tab) == [160]

    harness.clock.passes(PAUSE_S)
    await harness.hub.broadcaster.go()

    assert prices_received(tab) == [170]


async def test_nothing_is_sent_before_a_product_changes() -> None:
    harness = HubHarness()
    going = asyncio.create_task(harness.hub.broadcaster.go())

    await until_it_waits()

    assert not going.done()
    going.cancel()


async def test_tabs_of_many_accounts_with_equal_views_get_the_same_message_object() -> None:
    harness = HubHarness()
    tabs = [await watcher(harness, AccountId(f"u-{n}")) for n in range(CARTS_AT_ONCE)]
    other = FakeTab("other")
    other.watched = frozenset({MILK, EGGS})
    await harness.enters(other, BOB)

    await harness.updates_catalog(milk_at(160), catalog_with(EGGS, price=9).products[EGGS])

    (first, *rest) = [tab.received[-1] for tab in tabs]
    assert all(message is first for message in rest)
    assert isinstance(other.received[-1], Prices)
    assert {item.sku for item in other.received[-1].items} == {EGGS, MILK}


async def test_the_event_loop_runs_other_tasks_between_batches_of_carts() -> None:
    harness = HubHarness()
    first, *_, last = [
        await watcher(harness, AccountId(f"u-{n}")) for n in range(CARTS_AT_ONCE + 1)
    ]
    harness.hub.update_catalog(2, catalog_with(MILK, price=160))

    telling = asyncio.create_task(harness.hub.broadcaster.send_due())
    await asyncio.sleep(0)

    assert (kinds_of(first.received), kinds_of(last.received)) == (["Prices"], [])
    await telling
    assert kinds_of(last.received) == ["Prices"]


async def test_a_cart_change_is_sent_at_once_with_pending_prices() -> None:
    harness, tab = HubHarness(), FakeTab()
    harness.disk.carts[ADA] = after(AddLine(MILK, 2))
    cart = await harness.enters(tab)
    await harness.updates_catalog(milk_at(120))
    await harness.updates_catalog(milk_at(110))
    tab.take_received()

    tab.submits(cart, 2, AddLine(APPLES, 1))
    harness.saves()

    (change,) = [message for message in tab.received if isinstance(message, PatchMessage)]
    milk = change.lines[MILK]
    assert milk
    assert milk.price == 110
    assert change.totals.subtotal == 2 * 110 + 220


@pytest.mark.parametrize("watched", [(), (MILK,)])
async def test_what_a_patch_has_told_is_not_told_again_but_to_who_watches_it(
    watched: tuple[Sku, ...],
) -> None:
    harness, tab = HubHarness(), FakeTab()
    harness.disk.carts[ADA] = after(AddLine(MILK, 2), AddLine(APPLES, 1), SaveLine(APPLES))
    tab.watched = frozenset(watched)
    cart = await harness.enters(tab)
    await harness.updates_catalog(milk_at(120))
    await harness.updates_catalog(milk_at(110), catalog_with(APPLES, price=90).products[APPLES])
    tab.take_received()

    tab.submits(cart, 4, SetNote("By the door"))
    harness.saves()
    harness.clock.passes(PAUSE_S)
    await harness.hub.broadcaster.send_due()

    (prices,) = [one for one in tab.take_received() if isinstance(one, Prices)]
    assert prices.lines is UNSET or [*prices.lines] == [*watched]
    assert prices.saved is not UNSET
    assert [*prices.saved] == [APPLES]
    assert {*watched} <= {item.sku for item in prices.items}


async def test_a_tab_that_left_gets_no_message_and_its_cart_is_forgotten() -> None:
    harness = HubHarness()
    tab = await watcher(harness)
    async with harness.hub.borrow(ADA, None) as cart:
        harness.hub.update_catalog(2, catalog_with(MILK, price=160))
    harness.hub.leave(cart, tab)

    await harness.hub.broadcaster.send_due()

    assert tab.received == []
    assert harness.hub.open_carts == 0
