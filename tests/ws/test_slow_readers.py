"""A slow reader: its queue is bounded and replaced by a snapshot; at last it is closed."""

import json

from app.domain.catalog import Money
from app.ws.close_codes import CloseCode
from app.ws.send_queue import MOST_BYTES
from tests.domain.large_carts import CROWDED_CATALOG, FULL
from tests.examples import ADA, APPLES, EGGS, MILK, THERE, catalog_with
from tests.ws.clock import passes, soon
from tests.ws.fakes import WsHarness, kinds


async def changes(harness: WsHarness, times: int) -> None:
    """Save so many ops of a tab that reads."""
    there = await harness.connects(THERE)
    for n in range(1, times + 1):
        there.submits(n)
        await harness.saves()
        await passes(0.01)
    there.leaves()
    await soon()


async def test_frames_beyond_the_socket_buffer_wait_in_order(harness: WsHarness) -> None:
    here = await harness.connects()
    here.socket.is_full = True
    await changes(harness, 5)
    assert here.takes_frames() == []

    here.reads_on()
    await soon()

    assert kinds(here.takes_frames()) == ["tabs", *["patch"] * 5, "tabs"]


async def test_too_many_frames_become_one_snapshot_and_the_watched_prices(
    harness: WsHarness,
) -> None:
    here = await harness.connects()
    here.says("watch", skus=[EGGS])
    await soon()
    here.takes_frames()
    here.socket.is_full = True
    await changes(harness, 70)

    here.reads_on()
    await soon()

    tabs, *_, snapshot, prices = here.takes_frames()
    assert tabs["t"] == "tabs"
    assert (snapshot["t"], snapshot["rev"], snapshot["cart"]["note"]) == ("snapshot", 70, "note 70")
    assert prices == {"t": "prices", "items": [{"sku": EGGS, "price": 310, "stock": 0}]}


async def test_frames_up_to_the_limit_are_kept(harness: WsHarness) -> None:
    here = await harness.connects()
    here.socket.is_full = True
    await changes(harness, 62)

    here.reads_on()
    await soon()

    assert kinds(here.takes_frames()) == ["tabs", *["patch"] * 62, "tabs"]


async def test_verdicts_are_kept_when_state_is_dropped(harness: WsHarness) -> None:
    here = await harness.connects()
    here.socket.is_full = True
    for n in (1, 2, 3):
        here.submits(n)
    await harness.saves()
    await changes(harness, 70)

    here.reads_on()
    await soon()

    frames = here.takes_frames()
    assert [frame["n"] for frame in frames if frame["t"] == "ok"] == [1, 2, 3]
    assert kinds(frames)[:3] == ["ok"] * 3
    assert kinds(frames)[-2:] == ["snapshot", "prices"]
    assert "patch" not in kinds(frames)


async def test_a_few_large_frames_become_one_snapshot_too(harness: WsHarness) -> None:
    harness.around.disk.carts[ADA] = FULL
    await harness.around.updates_catalog(*CROWDED_CATALOG.products.values())
    here = await harness.connects()
    here.socket.is_full = True
    for _ in range(20):
        here.says("resync")
        await passes(0.2)

    here.reads_on()
    await soon()

    (snapshot, _) = here.takes_frames()
    assert snapshot["t"] == "snapshot"
    assert 18 * len(json.dumps(snapshot)) > MOST_BYTES


async def test_patches_continue_after_the_snapshot(harness: WsHarness) -> None:
    here = await harness.connects()
    here.socket.is_full = True
    await changes(harness, 70)
    here.reads_on()
    await soon()
    here.takes_frames()

    here.submits(1, "afterwards")
    await harness.saves()

    verdict, patch = here.takes_frames()
    assert (verdict["rev"], patch["prev"], patch["rev"]) == (71, 70, 71)


async def test_a_deferred_snapshot_shows_the_cart_of_the_time_it_is_written(
    harness: WsHarness,
) -> None:
    here = await harness.connects()
    here.socket.is_full = True
    await changes(harness, 70)
    moved = catalog_with(MILK, price=Money(160)).products[MILK]
    await harness.around.updates_catalog(moved)
    again = await harness.connects(THERE, gen=2)
    again.submits(71)
    await harness.saves()

    here.reads_on()
    await soon()

    revs = [frame["rev"] for frame in here.takes_frames() if frame["t"] in {"snapshot", "patch"}]
    assert revs == [71]


async def test_a_client_that_reads_nothing_for_five_seconds_is_closed(harness: WsHarness) -> None:
    here = await harness.connects()
    here.socket.is_full = True
    here.says("ping", id=7)

    await passes(4.9)
    assert here.is_open()
    await passes(0.1)

    assert here.socket.closed == (CloseCode.TOO_SLOW, "the client does not read")
    assert harness.around.hub.open_carts == 0


async def test_a_client_that_reads_at_the_last_moment_stays_connected(harness: WsHarness) -> None:
    here = await harness.connects()
    here.socket.is_full = True
    here.says("ping", id=7)
    await passes(4.9)

    here.reads_on()
    await passes(10)

    assert here.is_open()
    assert here.takes_frames() == [{"t": "pong", "id": 7}]


async def test_each_stall_has_its_own_five_seconds(harness: WsHarness) -> None:
    here = await harness.connects()
    for number in range(3):
        here.socket.is_full = True
        here.says("ping", id=number)
        await passes(4)
        here.reads_on()
        await soon()

    assert here.is_open()
    assert len(here.takes_frames()) == 3
    here.socket.is_full = True
    here.says("ping", id=7)
    await passes(5)
    assert not here.is_open()


async def test_a_slow_tab_does_not_hold_up_the_others(harness: WsHarness) -> None:
    slow, quick = await harness.connects(), await harness.connects(THERE)
    slow.takes_frames()
    slow.socket.is_full = True

    quick.adds(1, sku=APPLES)
    await harness.saves()

    assert kinds(quick.takes_frames()) == ["ok", "patch"]
    assert slow.takes_frames() == []


async def test_nothing_is_read_from_a_client_that_does_not_read(harness: WsHarness) -> None:
    here = await harness.connects()
    here.socket.fills_up = True
    here.submits(1)
    await harness.saves()
    assert not here.is_read()

    here.reads_on()
    await soon()

    assert here.is_read()


async def test_a_protocol_error_of_a_client_that_does_not_read_closes_the_connection(
    harness: WsHarness,
) -> None:
    here = await harness.connects()
    here.socket.is_full = True

    here.connection.on_text(b"nonsense")
    await passes(5)

    assert here.socket.closed
    assert here.socket.closed[0] in {CloseCode.BAD_MESSAGE, CloseCode.TOO_SLOW}


async def test_a_disconnect_takes_effect_while_the_socket_buffer_is_full(
    harness: WsHarness,
) -> None:
    here = await harness.connects()
    here.socket.is_full = True
    here.submits(1)
    await harness.saves()

    harness.around.hub.lose([ADA])
    await passes(10)

    assert here.socket.closed == (CloseCode.CART_LOST, "")
    assert here.takes_frames() == []
