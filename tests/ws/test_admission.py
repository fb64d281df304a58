"""A tab that cannot be let in, leaves too early, or is one of many."""

import asyncio

import pytest

from app.domain.position import position
from app.live.ports import DisconnectReason
from app.ws.close_codes import CloseCode
from tests.examples import EMPTY, THERE
from tests.ws.clock import soon
from tests.ws.fakes import Corner, kinds


async def test_while_the_database_is_away_there_is_no_coming_in(corner: Corner) -> None:
    corner.around.disk.is_away = True
    here = corner.opens()

    here.says_hello()
    await soon()

    assert here.socket.closed == (CloseCode.OVERLOADED, "the database is away")
    assert (corner.connections.inside, corner.around.hub.open_carts) == (set(), 0)


async def test_a_fault_while_its_cart_is_read_ends_the_connection(corner: Corner) -> None:
    corner.around.disk.is_broken = True
    here = corner.opens()

    here.says_hello()
    await soon()

    assert here.socket.closed == (CloseCode.FAILED, "")
    assert (corner.connections.inside, corner.around.hub.open_carts) == (set(), 0)
    assert isinstance(here.serving.exception(), ZeroDivisionError)


async def test_who_leaves_while_its_cart_is_read_leaves_nothing_behind(corner: Corner) -> None:
    corner.around.disk.is_free.clear()
    here = corner.opens()
    here.says_hello()
    await soon()

    here.leaves()
    corner.around.disk.is_free.set()
    await soon()

    assert (corner.connections.inside, corner.around.hub.open_carts) == (set(), 0)
    assert (here.hears(), here.serving.done()) == ([], True)


async def test_who_leaves_before_hello_leaves_nothing_behind(corner: Corner) -> None:
    here = corner.opens()

    here.leaves()
    await soon()

    assert (corner.connections.inside, here.serving.done()) == (set(), True)
    assert here.is_in()


@pytest.mark.parametrize("hello", [False, True], ids=["before hello", "while its cart is read"])
async def test_whose_login_ends_meanwhile_is_not_let_in(corner: Corner, *, hello: bool) -> None:
    corner.around.disk.is_free.clear()
    here = corner.opens()
    if hello:
        here.says_hello()
    await soon()

    corner.sessions.end(corner.login.id_hash)
    corner.around.disk.is_free.set()
    await soon()

    assert here.socket.closed == (CloseCode.SIGNED_OUT, "")
    assert (here.hears(), corner.around.hub.open_carts) == ([], 0)


async def test_a_newer_connection_of_a_tab_takes_the_place_of_the_older(corner: Corner) -> None:
    older = await corner.lets_in(gen=1)

    newer = corner.opens()
    newer.says_hello(gen=2)
    await soon()

    assert older.socket.closed == (CloseCode.REPLACED, "")
    assert kinds(newer.hears()) == ["welcome", "snapshot", "tabs"]
    assert newer.is_in()


@pytest.mark.parametrize("gen", [1, 2])
async def test_a_connection_of_a_tab_that_is_not_newer_gets_no_welcome(
    corner: Corner, gen: int
) -> None:
    inside = await corner.lets_in(gen=2)

    late = corner.opens()
    late.says_hello(gen=gen, at=position(EMPTY._replace(rev=9)))
    await soon()

    assert late.socket.closed
    assert (late.socket.closed[0], late.hears()) == (CloseCode.REPLACED, [])
    assert inside.is_in()
    assert corner.around.hub.divergences.counts == {}


async def test_the_tabs_hear_how_many_they_are(corner: Corner) -> None:
    here = await corner.lets_in()
    there = await corner.lets_in(THERE)
    await soon()
    assert here.hears() == [{"t": "tabs", "n": 2}]

    there.leaves()
    await soon()

    assert here.hears() == [{"t": "tabs", "n": 1}]


async def test_if_an_account_has_too_many_tabs_the_oldest_goes(corner: Corner) -> None:
    tabs = [f"{number:08x}-0000-4000-8000-000000000000" for number in range(11)]
    browsers = [await corner.lets_in(tab=tab) for tab in tabs]

    assert [browser.socket.closed for browser in browsers] == [
        (CloseCode.CROWDED_OUT, ""),
        *[None] * 10,
    ]


async def test_what_is_said_after_the_last_word_is_not_heard(corner: Corner) -> None:
    here = await corner.lets_in()
    here.connection.disconnect(DisconnectReason.LOST)

    here.asks(1)
    here.sends("nonsense")
    await soon()

    assert here.socket.closed == (CloseCode.CART_LOST, "")
    assert corner.around.writer.waiting == {}


@pytest.mark.parametrize("is_free", [True, False], ids=["waits for hello", "reads its cart"])
async def test_a_handshake_that_is_cancelled_leaves_nothing_behind(
    corner: Corner, *, is_free: bool
) -> None:
    here = corner.opens()
    if not is_free:
        corner.around.disk.is_free.clear()
        here.says_hello()
    await soon()

    here.serving.cancel()
    await asyncio.wait([here.serving])
    here.leaves()

    assert (corner.connections.inside, corner.around.hub.open_carts) == (set(), 0)
