"""How often tabs get price changes, and which get the same message."""

import asyncio

from app.domain.cart import AccountId
from app.domain.catalog import Product
from app.domain.ops import AddLine
from app.live.price_broadcaster import CARTS_AT_ONCE, PAUSE_S
from app.protocol.messages import PatchMessage, Prices
from tests.examples import ADA, APPLES, EGGS, MILK, after, catalog_with
from tests.live.around import AroundHub, kinds_of, until_it_waits
from tests.live.fakes import FakeTab

BOB = AccountId("u-bob")


def milk_at(price: int) -> Product:
    """Return milk at *price*."""
    return catalog_with(MILK, price=price).products[MILK]


def prices_heard(tab: FakeTab) -> list[int]:
    """Return the price in each news of a product that *tab* heard."""
    return [
        message.items[0].price for message in tab.take_received() if isinstance(message, Prices)
    ]


async def watcher(around: AroundHub, account: AccountId = ADA) -> FakeTab:
    """Let a tab in that shows milk."""
    tab = FakeTab(f"of {account}")
    tab.watched = frozenset({MILK})
    await around.enters(tab, account)
    return tab


async def test_however_many_edits_there_are_a_tab_hears_once_in_a_pause_and_then_of_the_last() -> (
    None
):
    around = AroundHub()
    tab = await watcher(around)

    for price in range(160, 180):
        await around.updates_catalog(milk_at(price))
        around.clock.passes(PAUSE_S / 10)
    await around.hub.broadcaster.send_due()

    assert prices_heard(tab) == [160, 170, 179]


async def test_what_moves_meanwhile_is_told_when_the_pause_is_over() -> None:
    around = AroundHub()
    tab = await watcher(around)
    going = asyncio.create_task(around.hub.broadcaster.go())
    around.hub.update_catalog(2, catalog_with(MILK, price=160))
    await going
    around.hub.update_catalog(3, catalog_with(MILK, price=170))
    await around.hub.broadcaster.go()
    assert prices_heard(tab) == [160]

    around.clock.passes(PAUSE_S)
    await around.hub.broadcaster.go()

    assert prices_heard(tab) == [170]


async def test_nobody_is_told_before_something_moves() -> None:
    around = AroundHub()
    going = asyncio.create_task(around.hub.broadcaster.go())

    await until_it_waits()

    assert not going.done()
    going.cancel()


async def test_tabs_of_many_accounts_with_one_view_hear_the_very_same() -> None:
    around = AroundHub()
    tabs = [await watcher(around, AccountId(f"u-{n}")) for n in range(CARTS_AT_ONCE)]
    other = FakeTab("other")
    other.watched = frozenset({MILK, EGGS})
    await around.enters(other, BOB)

    await around.updates_catalog(milk_at(160), catalog_with(EGGS, price=9).products[EGGS])

    (first, *rest) = [tab.received[-1] for tab in tabs]
    assert all(message is first for message in rest)
    assert isinstance(other.received[-1], Prices)
    assert {item.sku for item in other.received[-1].items} == {EGGS, MILK}


async def test_others_have_their_turn_between_so_many_carts() -> None:
    around = AroundHub()
    first, *_, last = [await watcher(around, AccountId(f"u-{n}")) for n in range(CARTS_AT_ONCE + 1)]
    around.hub.update_catalog(2, catalog_with(MILK, price=160))

    telling = asyncio.create_task(around.hub.broadcaster.send_due())
    await asyncio.sleep(0)

    assert (kinds_of(first.received), kinds_of(last.received)) == (["Prices"], [])
    await telling
    assert kinds_of(last.received) == ["Prices"]


async def test_a_change_of_the_cart_does_not_wait_and_brings_what_is_owed() -> None:
    around, tab = AroundHub(), FakeTab()
    around.disk.carts[ADA] = after(AddLine(MILK, 2))
    cart = await around.enters(tab)
    await around.updates_catalog(milk_at(120))
    await around.updates_catalog(milk_at(110))
    tab.take_received()

    tab.submits(cart, 2, AddLine(APPLES, 1))
    around.saves()

    (change,) = [message for message in tab.received if isinstance(message, PatchMessage)]
    milk = change.lines[MILK]
    assert milk
    assert milk.price == 110
    assert change.totals.subtotal == 2 * 110 + 220


async def test_a_tab_that_left_is_not_told_and_its_cart_is_forgotten() -> None:
    around = AroundHub()
    tab = await watcher(around)
    async with around.hub.borrow(ADA, None) as cart:
        around.hub.update_catalog(2, catalog_with(MILK, price=160))
    around.hub.leave(cart, tab)

    await around.hub.broadcaster.send_due()

    assert tab.received == []
    assert around.hub.open_carts == 0
