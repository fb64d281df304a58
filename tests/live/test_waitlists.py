"""Offers to those who wait: told to all tabs of the account, and to nobody else."""

from dataclasses import replace

from app.domain.accounts import AccountId
from app.domain.catalog import Offers
from app.domain.members import OWNER
from app.domain.waitlist import Offer
from app.protocol.messages import ServerMessage
from tests.examples import ADA, APPLES, CATALOG, MILK, NOON, catalog_of
from tests.live.fakes import FakeTab
from tests.live.harness import HubHarness

BOB, BEN = AccountId("u-bob"), AccountId("u-ben")
MILK_TODAY = CATALOG.products[MILK]


def offers_in(tab: FakeTab) -> list[ServerMessage]:
    return [one for one in tab.received if isinstance(one, Offer)]


def updates(harness: HubHarness, offers: Offers, waiting: int = 0) -> None:
    """Have the catalogue read again, in which milk has moved."""
    catalog = harness.hub.context.catalog
    changed = catalog_of(replace(MILK_TODAY, waiting=waiting))
    changed = changed._replace(vouchers=catalog.today.vouchers, offers=offers)
    harness.hub.update_catalog(catalog.revision + 1, changed)


async def test_an_offer_is_told_to_all_tabs_of_its_account_and_so_is_its_end() -> None:
    harness, ada, ben = HubHarness(), FakeTab("ada", by=OWNER), FakeTab("ben", by=BEN)
    await harness.enters(ada)
    cart = await harness.enters(ben)
    harness.hub.begin_visit(ben)
    now_s = harness.hub.context.now_s()
    until = int(now_s) + 300

    updates(harness, {MILK: {ADA: until, BOB: until}})
    updates(harness, {MILK: {BOB: until, BEN: until}})

    name, unit, price = MILK_TODAY.name, MILK_TODAY.unit, MILK_TODAY.price
    begun = Offer(MILK, name, unit, price, int((until - now_s) * 1000))
    assert offers_in(ada) == [begun, Offer(MILK, name, unit, price, 0)]
    assert offers_in(ben) == [begun]
    assert harness.hub.connected([ADA, BOB, BEN]) == {ADA, BEN}
    harness.hub.leave(cart, ben)
    assert harness.hub.connected([ADA, BEN]) == {ADA}


async def test_the_catalogue_knows_whether_anybody_waits() -> None:
    harness = HubHarness()
    catalog = harness.hub.context.catalog
    seen = [catalog.has_waitlists]

    updates(harness, {}, waiting=2)
    await harness.updates_catalog(CATALOG.products[APPLES])
    seen.append(catalog.has_waitlists)
    updates(harness, {MILK: {ADA: NOON}})

    assert [*seen, catalog.has_waitlists] == [False, True, False]
    assert catalog.today.offers == {MILK: {ADA: NOON}}
    updates(harness, {})
    assert catalog.today.offers == {}
