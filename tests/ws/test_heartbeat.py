"""A tab that asks for nothing: heartbeats, pings, and what it wants to see."""

import pytest

from app.domain.catalog import Money
from tests.examples import ADA, APPLES, EGGS, MILK, THERE, catalog_with
from tests.ws.clock import passes, soon
from tests.ws.fakes import Corner, kinds


async def test_a_heartbeat_comes_after_silence_and_again_after_more_of_it(corner: Corner) -> None:
    here = await corner.lets_in()

    await passes(19.9)
    assert here.hears() == []
    await passes(0.1)
    assert here.hears() == [{"t": "hb"}]
    await passes(40)
    assert here.hears() == [{"t": "hb"}] * 2


async def test_whatever_the_shop_says_is_a_heartbeat_too(corner: Corner) -> None:
    here = await corner.lets_in()
    for number in range(6):
        await passes(15)
        here.says("ping", id=number)

    await passes(19.9)
    assert kinds(here.hears()) == ["pong"] * 6
    await passes(0.2)

    assert kinds(here.hears()) == ["hb"]


async def test_what_the_client_says_is_none(corner: Corner) -> None:
    here = await corner.lets_in()
    await passes(19)

    here.asks(1)
    await passes(1)

    assert here.hears() == [{"t": "hb"}]


async def test_a_silence_is_never_much_longer_than_it_is_told_to_be(corner: Corner) -> None:
    here = await corner.lets_in()
    await passes(13)
    here.says("ping", id=1)
    await passes(0)
    here.hears()

    await passes(22)

    assert kinds(here.hears()) == ["hb"]


async def test_after_the_end_no_heart_beats(corner: Corner) -> None:
    here = await corner.lets_in()

    here.leaves()
    await passes(100)

    assert here.hears() == []


async def test_a_ping_is_answered_with_its_number(corner: Corner) -> None:
    here = await corner.lets_in()

    for number in (7, -1, 2**53 - 1):
        here.says("ping", id=number)
    await soon()

    assert here.hears() == [{"t": "pong", "id": number} for number in (7, -1, 2**53 - 1)]


async def test_pings_beyond_ten_are_ignored_until_there_is_room_again(corner: Corner) -> None:
    here = await corner.lets_in()
    for number in range(12):
        here.says("ping", id=number)
    await soon()
    assert [frame["id"] for frame in here.hears()] == [*range(10)]

    await passes(1)
    for number in (20, 21, 22):
        here.says("ping", id=number)
    await soon()

    assert [frame["id"] for frame in here.hears()] == [20, 21]


async def test_what_is_watched_is_told_at_once_and_what_the_shop_has_not_is_left_out(
    corner: Corner,
) -> None:
    here = await corner.lets_in()

    here.says("watch", skus=[MILK, "ghost", APPLES])
    await soon()

    assert here.hears() == [
        {
            "t": "prices",
            "items": [
                {"sku": APPLES, "price": 220, "stock": None},
                {"sku": MILK, "price": 145, "stock": 5},
            ],
        }
    ]


async def test_a_watch_takes_the_place_of_the_one_before(corner: Corner) -> None:
    here = await corner.lets_in()
    here.says("watch", skus=[MILK])
    here.says("watch", skus=[EGGS])
    await soon()
    here.hears()

    moved = catalog_with(MILK, catalog_with(EGGS, stock=3), price=Money(160)).products
    await corner.around.updates_catalog(moved[MILK], moved[EGGS])
    await soon()

    (prices,) = here.hears()
    assert [item["sku"] for item in prices["items"]] == [EGGS]


async def test_a_price_that_moves_is_told_to_the_tab_that_has_it_in_its_cart(
    corner: Corner,
) -> None:
    here, there = await corner.lets_in(), await corner.lets_in(THERE)
    here.adds(1, sku=MILK)
    await corner.saves()
    here.hears()
    there.hears()

    moved = catalog_with(MILK, price=Money(160)).products[MILK]
    await corner.around.updates_catalog(moved)
    await soon()

    (prices,) = here.hears()
    assert prices["lines"][MILK]["state"] == "price_rise"
    assert prices["totals"]["subtotal"] == 160
    assert there.hears() == [prices]


async def test_a_resync_is_answered_with_the_cart_as_it_is_saved(corner: Corner) -> None:
    here = await corner.lets_in()
    here.asks(1)
    await corner.saves()
    here.asks(2)
    here.hears()

    here.says("resync")
    await soon()

    (snapshot,) = here.hears()
    assert (snapshot["t"], snapshot["rev"], snapshot["cart"]["note"]) == ("snapshot", 1, "note 1")


async def test_beyond_ten_looks_the_newest_watch_and_one_resync_are_owed(corner: Corner) -> None:
    here = await corner.lets_in()
    for _ in range(10):
        here.says("resync")
    await soon()
    assert kinds(here.hears()) == ["snapshot"] * 10
    for sku in (MILK, APPLES, EGGS):
        here.says("watch", skus=[sku])
        here.says("resync")

    await passes(0.49)
    assert here.hears() == []
    await passes(0.02)
    (prices,) = here.hears()
    assert [item["sku"] for item in prices["items"]] == [EGGS]
    await passes(0.5)
    assert kinds(here.hears()) == ["snapshot"]
    await passes(10)
    assert here.hears() == []


async def test_what_is_owed_shows_the_cart_as_it_is_by_then(corner: Corner) -> None:
    here = await corner.lets_in()
    for _ in range(11):
        here.says("resync")
    here.asks(1)
    await corner.saves()
    here.hears()

    await passes(1)

    (snapshot,) = here.hears()
    assert snapshot["rev"] == 1


async def test_what_is_owed_to_somebody_who_left_is_not_told(corner: Corner) -> None:
    here = await corner.lets_in()
    for _ in range(11):
        here.says("resync")
    await soon()
    here.hears()

    here.leaves()
    await passes(10)

    assert here.hears() == []


@pytest.mark.parametrize("look", ['{"t":"resync"}', '{"t":"watch","skus":["milk-2l"]}'])
async def test_looking_needs_no_disk(corner: Corner, look: str) -> None:
    here = await corner.lets_in()
    before = corner.around.disk.carts_read.copy()
    corner.around.disk.is_away = True

    here.connection.on_text(look)
    await soon()

    assert len(here.hears()) == 1
    assert corner.around.disk.carts_read == before == [ADA]
