"""A tab that is rejected, leaves during the handshake, or is one of many."""

import asyncio

import pytest
from msgspec.structs import replace

from app.domain.position import position
from app.live.ports import DisconnectReason
from app.ws.close_codes import CloseCode
from tests.examples import EMPTY, THERE
from tests.ws.clock import soon
from tests.ws.fakes import WsHarness, kinds


async def test_a_connection_is_closed_as_overloaded_while_the_database_is_unavailable(
    harness: WsHarness,
) -> None:
    harness.around.disk.is_away = True
    here = harness.opens()

    here.says_hello()
    await soon()

    assert here.socket.closed == (CloseCode.OVERLOADED, "the database is away")
    assert (harness.connections.inside, harness.around.hub.open_carts) == (set(), 0)


async def test_an_error_while_the_cart_is_loaded_closes_the_connection(harness: WsHarness) -> None:
    harness.around.disk.is_broken = True
    here = harness.opens()

    here.says_hello()
    await soon()

    assert here.socket.closed == (CloseCode.FAILED, "")
    assert (harness.connections.inside, harness.around.hub.open_carts) == (set(), 0)
    assert isinstance(here.serving.exception(), ZeroDivisionError)


async def test_a_tab_that_leaves_while_its_cart_is_loaded_leaves_nothing_behind(
    harness: WsHarness,
) -> None:
    harness.around.disk.is_free.clear()
    here = harness.opens()
    here.says_hello()
    await soon()

    here.leaves()
    harness.around.disk.is_free.set()
    await soon()

    assert (harness.connections.inside, harness.around.hub.open_carts) == (set(), 0)
    assert (here.takes_frames(), here.serving.done()) == ([], True)


async def test_a_tab_that_leaves_before_hello_leaves_nothing_behind(harness: WsHarness) -> None:
    here = harness.opens()

    here.leaves()
    await soon()

    assert (harness.connections.inside, here.serving.done()) == (set(), True)
    assert here.is_open()


@pytest.mark.parametrize("hello", [False, True], ids=["before hello", "while its cart is read"])
async def test_a_tab_whose_login_ends_during_the_handshake_is_rejected(
    harness: WsHarness, *, hello: bool
) -> None:
    harness.around.disk.is_free.clear()
    here = harness.opens()
    if hello:
        here.says_hello()
    await soon()

    harness.sessions.on_remote_end(harness.login.id_hash)
    harness.around.disk.is_free.set()
    await soon()

    assert here.socket.closed == (CloseCode.SIGNED_OUT, "")
    assert (here.takes_frames(), harness.around.hub.open_carts) == ([], 0)


async def test_a_newer_connection_of_a_tab_replaces_the_older_one(harness: WsHarness) -> None:
    older = await harness.connects(gen=1)

    newer = harness.opens()
    newer.says_hello(gen=2)
    await soon()

    assert older.socket.closed == (CloseCode.REPLACED, "")
    assert kinds(newer.takes_frames()) == ["welcome", "snapshot", "tabs"]
    assert newer.is_open()


@pytest.mark.parametrize("gen", [1, 2])
async def test_a_connection_of_a_tab_that_is_not_newer_gets_no_welcome(
    harness: WsHarness, gen: int
) -> None:
    inside = await harness.connects(gen=2)

    late = harness.opens()
    late.says_hello(gen=gen, at=position(replace(EMPTY, rev=9)))
    await soon()

    assert late.socket.closed
    assert (late.socket.closed[0], late.takes_frames()) == (CloseCode.REPLACED, [])
    assert inside.is_open()
    assert harness.around.hub.divergences.counts == {}


async def test_every_tab_gets_the_tab_count(harness: WsHarness) -> None:
    here = await harness.connects()
    there = await harness.connects(THERE)
    await soon()
    assert here.takes_frames() == [{"t": "tabs", "n": 2}]

    there.leaves()
    await soon()

    assert here.takes_frames() == [{"t": "tabs", "n": 1}]


async def test_the_oldest_of_too_many_tabs_is_disconnected(harness: WsHarness) -> None:
    tabs = [f"{number:08x}-0000-4000-8000-000000000000" for number in range(11)]
    browsers = [await harness.connects(tab=tab) for tab in tabs]

    assert [browser.socket.closed for browser in browsers] == [
        (CloseCode.CROWDED_OUT, ""),
        *[None] * 10,
    ]


async def test_frames_after_the_close_are_ignored(harness: WsHarness) -> None:
    here = await harness.connects()
    here.connection.disconnect(DisconnectReason.LOST)

    here.submits(1)
    here.sends("nonsense")
    await soon()

    assert here.socket.closed == (CloseCode.CART_LOST, "")
    assert harness.around.writer.waiting == {}


@pytest.mark.parametrize("is_free", [True, False], ids=["waits for hello", "reads its cart"])
async def test_a_handshake_that_is_cancelled_leaves_nothing_behind(
    harness: WsHarness, *, is_free: bool
) -> None:
    here = harness.opens()
    if not is_free:
        harness.around.disk.is_free.clear()
        here.says_hello()
    await soon()

    here.serving.cancel()
    await asyncio.wait([here.serving])
    here.leaves()

    assert (harness.connections.inside, harness.around.hub.open_carts) == (set(), 0)
