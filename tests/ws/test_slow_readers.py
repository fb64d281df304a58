"""A tab that reads slowly: bounded, brought up to date by one snapshot, and in the end let go."""

import json

from app.domain.catalog import Money
from app.ws.close_codes import CloseCode
from app.ws.send_queue import MOST_BYTES
from tests.domain.crowd import CROWDED_SHELF, FULL
from tests.examples import ADA, APPLES, EGGS, MILK, THERE, catalog_with
from tests.ws.clock import passes, soon
from tests.ws.fakes import Corner, kinds


async def changes(corner: Corner, times: int) -> None:
    """Make so many changes from a tab that reads."""
    there = await corner.lets_in(THERE)
    for n in range(1, times + 1):
        there.asks(n)
        await corner.saves()
        await passes(0.01)
    there.leaves()
    await soon()


async def test_what_does_not_fit_on_the_line_waits_in_order(corner: Corner) -> None:
    here = await corner.lets_in()
    here.socket.is_full = True
    await changes(corner, 5)
    assert here.hears() == []

    here.reads_on()
    await soon()

    assert kinds(here.hears()) == ["tabs", *["patch"] * 5, "tabs"]


async def test_too_many_frames_become_one_snapshot_and_what_is_watched_is_told_anew(
    corner: Corner,
) -> None:
    here = await corner.lets_in()
    here.says("watch", skus=[EGGS])
    await soon()
    here.hears()
    here.socket.is_full = True
    await changes(corner, 70)

    here.reads_on()
    await soon()

    tabs, *_, snapshot, prices = here.hears()
    assert tabs["t"] == "tabs"
    assert (snapshot["t"], snapshot["rev"], snapshot["cart"]["note"]) == ("snapshot", 70, "note 70")
    assert prices == {"t": "prices", "items": [{"sku": EGGS, "price": 310, "stock": 0}]}


async def test_as_many_frames_as_may_wait_are_kept(corner: Corner) -> None:
    here = await corner.lets_in()
    here.socket.is_full = True
    await changes(corner, 62)

    here.reads_on()
    await soon()

    assert kinds(here.hears()) == ["tabs", *["patch"] * 62, "tabs"]


async def test_verdicts_stay_when_state_has_to_go(corner: Corner) -> None:
    here = await corner.lets_in()
    here.socket.is_full = True
    for n in (1, 2, 3):
        here.asks(n)
    await corner.saves()
    await changes(corner, 70)

    here.reads_on()
    await soon()

    frames = here.hears()
    assert [frame["n"] for frame in frames if frame["t"] == "ok"] == [1, 2, 3]
    assert kinds(frames)[:3] == ["ok"] * 3
    assert kinds(frames)[-2:] == ["snapshot", "prices"]
    assert "patch" not in kinds(frames)


async def test_few_frames_that_are_large_become_one_snapshot_too(corner: Corner) -> None:
    corner.around.disk.carts[ADA] = FULL
    await corner.around.updates_catalog(*CROWDED_SHELF.products.values())
    here = await corner.lets_in()
    here.socket.is_full = True
    for _ in range(20):
        here.says("resync")
        await passes(0.2)

    here.reads_on()
    await soon()

    (snapshot, _) = here.hears()
    assert snapshot["t"] == "snapshot"
    assert 18 * len(json.dumps(snapshot)) > MOST_BYTES


async def test_after_the_snapshot_it_goes_on_with_the_next_patch(corner: Corner) -> None:
    here = await corner.lets_in()
    here.socket.is_full = True
    await changes(corner, 70)
    here.reads_on()
    await soon()
    here.hears()

    here.asks(1, "afterwards")
    await corner.saves()

    verdict, patch = here.hears()
    assert (verdict["rev"], patch["prev"], patch["rev"]) == (71, 70, 71)


async def test_a_snapshot_that_is_owed_is_told_as_the_cart_is_when_there_is_room(
    corner: Corner,
) -> None:
    here = await corner.lets_in()
    here.socket.is_full = True
    await changes(corner, 70)
    moved = catalog_with(MILK, price=Money(160)).products[MILK]
    await corner.around.updates_catalog(moved)
    again = await corner.lets_in(THERE, gen=2)
    again.asks(71)
    await corner.saves()

    here.reads_on()
    await soon()

    revs = [frame["rev"] for frame in here.hears() if frame["t"] in {"snapshot", "patch"}]
    assert revs == [71]


async def test_who_reads_nothing_for_five_seconds_is_hung_up_on(corner: Corner) -> None:
    here = await corner.lets_in()
    here.socket.is_full = True
    here.says("ping", id=7)

    await passes(4.9)
    assert here.is_in()
    await passes(0.1)

    assert here.socket.closed == (CloseCode.TOO_SLOW, "the client does not read")
    assert corner.around.hub.open_carts == 0


async def test_who_reads_at_the_last_moment_stays(corner: Corner) -> None:
    here = await corner.lets_in()
    here.socket.is_full = True
    here.says("ping", id=7)
    await passes(4.9)

    here.reads_on()
    await passes(10)

    assert here.is_in()
    assert here.hears() == [{"t": "pong", "id": 7}]


async def test_each_stall_has_its_own_five_seconds(corner: Corner) -> None:
    here = await corner.lets_in()
    for number in range(3):
        here.socket.is_full = True
        here.says("ping", id=number)
        await passes(4)
        here.reads_on()
        await soon()

    assert here.is_in()
    assert len(here.hears()) == 3
    here.socket.is_full = True
    here.says("ping", id=7)
    await passes(5)
    assert not here.is_in()


async def test_a_slow_tab_does_not_hold_up_the_others(corner: Corner) -> None:
    slow, quick = await corner.lets_in(), await corner.lets_in(THERE)
    slow.hears()
    slow.socket.is_full = True

    quick.adds(1, sku=APPLES)
    await corner.saves()

    assert kinds(quick.hears()) == ["ok", "patch"]
    assert slow.hears() == []


async def test_from_a_client_that_does_not_read_nothing_is_read(corner: Corner) -> None:
    here = await corner.lets_in()
    here.socket.fills_up = True
    here.asks(1)
    await corner.saves()
    assert not here.is_read()

    here.reads_on()
    await soon()

    assert here.is_read()


async def test_a_fault_of_a_client_that_does_not_read_ends_the_connection_all_the_same(
    corner: Corner,
) -> None:
    here = await corner.lets_in()
    here.socket.is_full = True

    here.connection.on_text("nonsense")
    await passes(5)

    assert here.socket.closed
    assert here.socket.closed[0] in {CloseCode.BAD_MESSAGE, CloseCode.TOO_SLOW}


async def test_who_is_told_to_go_while_the_line_is_full_goes(corner: Corner) -> None:
    here = await corner.lets_in()
    here.socket.is_full = True
    here.asks(1)
    await corner.saves()

    corner.around.hub.lose([ADA])
    await passes(10)

    assert here.socket.closed == (CloseCode.CART_LOST, "")
    assert here.hears() == []
