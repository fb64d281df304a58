"""The live catalogue follows the database, and tabs receive the states of their orders."""

import asyncio
from dataclasses import replace

import pytest

from app.domain.catalog import Catalog, Money, Sku
from app.domain.errors import DatabaseUnavailable
from app.domain.limits import Limits
from app.domain.orders import OrderState
from app.live.catalog import LiveCatalog
from app.live.context import CartContext
from app.live.hub import Hub
from app.protocol.messages import OrderMoved
from app.runtime.catalog_refresh import CatalogRefresh
from tests.examples import TERMS
from tests.http.flaky import FlakyDatabase
from tests.http.harness import open_harness
from tests.http.logins import session_of
from tests.http.order_helpers import order, wanted
from tests.http.visitor import ADA, fields
from tests.live.fakes import FakeClock, FakeDisk, FakePeers, FakeTab, FakeWriter
from tests.staff import set_product

MILK = Sku("milk-2l")


@pytest.fixture
def hub() -> Hub:
    """Return live carts with an empty catalogue."""
    catalog, clock, peers = LiveCatalog(TERMS), FakeClock(), FakePeers()
    context = CartContext(catalog, FakeWriter(), Limits(), clock.now_s, clock.steady_s, peers)
    return Hub(FakeDisk(), context)


def price_of_milk(hub: Hub) -> int:
    """Return the price of milk in the live catalogue."""
    return hub.context.catalog.today.products[MILK].price


async def test_the_first_refresh_loads_everything(database: FlakyDatabase, hub: Hub) -> None:
    await CatalogRefresh(database, hub).refresh()

    assert len(hub.context.catalog.today.products) > 50
    assert hub.context.catalog.revision >= 0


async def test_a_later_refresh_loads_what_changed(database: FlakyDatabase, hub: Hub) -> None:
    catalog = CatalogRefresh(database, hub)
    await catalog.refresh()
    before = hub.context.catalog.revision
    await database.write(set_product, MILK, Money(999), None)

    await catalog.refresh()

    assert price_of_milk(hub) == 999
    assert hub.context.catalog.revision == before + 1


async def test_starting_over_loads_everything_even_if_the_database_has_gone_back(
    database: FlakyDatabase, hub: Hub
) -> None:
    catalog = CatalogRefresh(database, hub)
    await catalog.refresh()
    today, revision = hub.context.catalog.today, hub.context.catalog.revision
    milk = replace(today.products[MILK], price=Money(1))
    lost = replace(milk, sku=Sku("lost-with-the-server"))
    hub.update_catalog(revision + 7, Catalog({MILK: milk, lost.sku: lost}, {}))

    catalog.start_over()
    await catalog.refresh()

    after = hub.context.catalog
    assert (after.revision, after.today.vouchers) == (revision, today.vouchers)
    assert after.today.products == {**today.products, lost.sku: replace(lost, sold=False)}
    assert after.refresh_requested.is_set()


async def test_in_an_outage_the_catalogue_stays_as_it_was(
    database: FlakyDatabase, hub: Hub
) -> None:
    catalog = CatalogRefresh(database, hub)
    await catalog.refresh()
    before = hub.context.catalog.today
    database.is_away = True

    with pytest.raises(DatabaseUnavailable):
        await catalog.refresh()

    assert hub.context.catalog.today is before


async def test_tabs_receive_the_new_state_of_their_orders(url: str) -> None:
    async with open_harness(url) as harness:
        visitor = harness.visitor()
        login = await session_of(harness, await visitor.send("/api/accounts", ADA))
        assert login
        await visitor.form("/cart/add", sku=MILK, qty="1")
        number = (await fields(await order(visitor, await wanted(visitor))))["number"]
        await harness.refresh_catalog()
        tab = FakeTab()
        async with harness.live.hub.borrow(login.account, None) as cart:
            assert cart.tabs.enter(tab)
            await harness.move_on(number)

            refresh = harness.live.catalog.refresh
            await asyncio.gather(refresh(), refresh())  # as when staff look while it is polled

            assert tab.take_received() == [OrderMoved(number, OrderState.PACKED)]
