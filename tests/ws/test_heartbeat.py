"""Heartbeats, pings, watches and resyncs."""

import pytest

from app.domain.catalog import Money
from tests.examples import ADA, APPLES, EGGS, MILK, THERE, catalog_with
from tests.ws.clock import passes, soon
from tests.ws.fakes import WsHarness, kinds


async def test_a_heartbeat_is_sent_after_silence_and_again_after_more_of_it(
    harness: WsHarness,
) -> None:
    here = await harness.connects()

    await passes(19.9)
    assert here.takes_frames() == []
    await passes(0.1)
    assert here.takes_frames() == [{"t": "hb"}]
    await passes(40)
    assert here.takes_frames() == [{"t": "hb"}] * 2


async def test_any_server_message_delays_the_heartbeat(harness: WsHarness) -> None:
    here = await harness.connects()
    for number in range(6):
        await passes(15)
        here.says("ping", id=number)

    await passes(19.9)
    assert kinds(here.takes_frames()) == ["pong"] * 6
    await passes(0.2)

    assert kinds(here.takes_frames()) == ["hb"]


async def test_client_messages_do_not_delay_the_heartbeat(harness: WsHarness) -> None:
    here = await harness.connects()
    await passes(19)

    here.submits(1)
    await passes(1)

    assert here.takes_frames() == [{"t": "hb"}]


async def test_a_silence_is_not_much_longer_than_the_welcome_states(harness: WsHarness) -> None:
    here = await harness.connects()
    await passes(13)
    here.says("ping", id=1)
    await passes(0)
    here.takes_frames()

    await passes(22)

    assert kinds(here.takes_frames()) == ["hb"]


async def test_no_heartbeat_is_sent_after_the_close(harness: WsHarness) -> None:
    here = await harness.connects()

    here.leaves()
    await passes(100)

    assert here.takes_frames() == []


async def test_a_ping_is_answered_with_its_id(harness: WsHarness) -> None:
    here = await harness.connects()

    for number in (7, -1, 2**53 - 1):
        here.says("ping", id=number)
    await soon()

    assert here.takes_frames() == [{"t": "pong", "id": number} for number in (7, -1, 2**53 - 1)]


async def test_pings_beyond_ten_are_ignored_until_the_bucket_refills(harness: WsHarness) -> None:
    here = await harness.connects()
    for number in range(12):
        here.says("ping", id=number)
    await soon()
    assert [frame["id"] for frame in here.takes_frames()] == [*range(10)]

    await passes(1)
    for number in (20, 21, 22):
        here.says("ping", id=number)
    await soon()

    assert [frame["id"] for frame in here.takes_frames()] == [20, 21]


async def test_a_watch_is_answered_with_the_prices_of_known_products(
    harness: WsHarness,
) -> None:
    here = await harness.connects()

    here.says("watch", skus=[MILK, "ghost", APPLES])
    await soon()

    assert here.takes_frames() == [
        {
            "t": "prices",
            "items": [
                {"sku": APPLES, "price": 220, "stock": None},
                {"sku": MILK, "price": 145, "stock": 5},
            ],
        }
    ]


async def test_a_watch_replaces_the_previous_one(harness: WsHarness) -> None:
    here = await harness.connects()
    here.says("watch", skus=[MILK])
    here.says("watch", skus=[EGGS])
    await soon()
    here.takes_frames()

    moved = catalog_with(MILK, catalog_with(EGGS, stock=3), price=Money(160)).products
    await harness.around.updates_catalog(moved[MILK], moved[EGGS])
    await soon()

    (prices,) = here.takes_frames()
    assert [item["sku"] for item in prices["items"]] == [EGGS]


async def test_a_changed_price_is_sent_to_the_tabs_with_the_product_in_their_cart(
    harness: WsHarness,
) -> None:
    here, there = await harness.connects(), await harness.connects(THERE)
    here.adds(1, sku=MILK)
    await harness.saves()
    here.takes_frames()
    there.takes_frames()

    moved = catalog_with(MILK, price=Money(160)).products[MILK]
    await harness.around.updates_catalog(moved)
    await soon()

    (prices,) = here.takes_frames()
    assert prices["lines"][MILK]["state"] == "price_rise"
    assert prices["totals"]["subtotal"] == 160
    assert there.takes_frames() == [prices]


async def test_a_resync_is_answered_with_the_saved_cart(harness: WsHarness) -> None:
    here = await harness.connects()
    here.submits(1)
    await harness.saves()
    here.submits(2)
    here.takes_frames()

    here.says("resync")
    await soon()

    (snapshot,) = here.takes_frames()
    assert (snapshot["t"], snapshot["rev"], snapshot["cart"]["note"]) == ("snapshot", 1, "note 1")


async def test_beyond_ten_requests_the_newest_watch_and_one_resync_are_deferred(
    harness: WsHarness,
) -> None:
    here = await harness.connects()
    for _ in range(10):
        here.says("resync")
    await soon()
    assert kinds(here.takes_frames()) == ["snapshot"] * 10
    for sku in (MILK, APPLES, EGGS):
        here.says("watch", skus=[sku])
        here.says("resync")

    await passes(0.49)
    assert here.takes_frames() == []
    await passes(0.02)
    (prices,) = here.takes_frames()
    assert [item["sku"] for item in prices["items"]] == [EGGS]
    await passes(0.5)
    assert kinds(here.takes_frames()) == ["snapshot"]
    await passes(10)
    assert here.takes_frames() == []


async def test_a_deferred_answer_shows_the_cart_of_that_time(harness: WsHarness) -> None:
    here = await harness.connects()
    for _ in range(11):
        here.says("resync")
    here.submits(1)
    await harness.saves()
    here.takes_frames()

    await passes(1)

    (snapshot,) = here.takes_frames()
    assert snapshot["rev"] == 1


async def test_a_deferred_answer_is_dropped_after_the_close(harness: WsHarness) -> None:
    here = await harness.connects()
    for _ in range(11):
        here.says("resync")
    await soon()
    here.takes_frames()

    here.leaves()
    await passes(10)

    assert here.takes_frames() == []


@pytest.mark.parametrize("look", ['{"t":"resync"}', '{"t":"watch","skus":["milk-2l"]}'])
async def test_a_resync_or_a_watch_reads_nothing_from_the_database(
    harness: WsHarness, look: str
) -> None:
    here = await harness.connects()
    before = harness.around.disk.carts_read.copy()
    harness.around.disk.is_away = True

    here.connection.on_text(look.encode())
    await soon()

    assert len(here.takes_frames()) == 1
    assert harness.around.disk.carts_read == before == [ADA]
