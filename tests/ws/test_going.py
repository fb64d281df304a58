"""How a connection ends, and what it leaves behind: nothing."""

import gc
import logging

import pytest

from app.live.ports import DisconnectReason
from app.ws.close_codes import CODES, CloseCode
from app.ws.connection import CartConnection
from tests.examples import THERE
from tests.ws.clock import passes, soon, timers
from tests.ws.fakes import Corner, kinds


@pytest.mark.parametrize(
    ("why", "code"),
    [
        (DisconnectReason.REPLACED, 4409),
        (DisconnectReason.CROWDED_OUT, 4411),
        (DisconnectReason.SIGNED_OUT, 4410),
        (DisconnectReason.EXPIRED, 4401),
        (DisconnectReason.LOST, 4503),
    ],
    ids=str,
)
async def test_the_code_says_why(corner: Corner, why: DisconnectReason, code: int) -> None:
    here = await corner.lets_in()

    here.connection.disconnect(why)

    assert here.socket.closed == (code, "")
    assert corner.connections.inside == set()


def test_there_is_a_code_for_every_farewell() -> None:
    assert CODES.keys() == {*DisconnectReason}


async def test_what_was_told_before_is_written_before_it_ends(corner: Corner) -> None:
    here = await corner.lets_in()
    here.asks(1)
    corner.around.saves()
    here.says("ping", id=7)

    here.connection.disconnect(DisconnectReason.SIGNED_OUT)

    assert kinds(here.hears()) == ["ok", "patch", "pong"]
    assert here.socket.closed


async def test_the_first_end_is_the_only_one(corner: Corner) -> None:
    here = await corner.lets_in()

    here.connection.disconnect(DisconnectReason.EXPIRED)
    here.connection.disconnect(DisconnectReason.LOST)
    here.connection.restart()
    here.connection.on_protocol_error(1009, "too large")
    await passes(10)

    assert here.socket.closed == (CloseCode.NO_LOGIN, "")


async def test_a_login_that_ends_takes_all_its_tabs_with_it(corner: Corner) -> None:
    here, there = await corner.lets_in(), await corner.lets_in(THERE)

    corner.sessions.end(corner.login.id_hash)

    assert here.socket.closed == there.socket.closed == (CloseCode.SIGNED_OUT, "")
    assert corner.around.hub.open_carts == 0


async def test_a_login_that_nears_its_end_says_so_and_then_ends(corner: Corner) -> None:
    here = await corner.lets_in()
    await passes(9_900)
    here.hears()

    corner.sessions.sweep()
    await soon()
    assert here.hears() == [{"t": "auth", "session_left_ms": 100_000}]
    await passes(100)
    corner.sessions.sweep()

    assert here.socket.closed == (CloseCode.NO_LOGIN, "")


async def test_an_op_renews_the_login_and_the_tab_hears_of_it(corner: Corner) -> None:
    here = await corner.lets_in()
    await passes(9_900)
    corner.sessions.sweep()
    await soon()
    here.hears()

    here.asks(1)
    await soon()

    assert here.hears() == [{"t": "auth", "session_left_ms": 10_000_000}]


async def test_a_server_that_ends_asks_its_tabs_to_leave_and_then_parts_from_them(
    corner: Corner,
) -> None:
    here = await corner.lets_in()

    for guest in tuple(corner.connections.inside):
        guest.drain(340, 10_000)
    await soon()
    assert here.hears() == [{"t": "drain", "open_after_ms": 340, "close_in_ms": 10_000}]
    here.asks(1)
    await corner.saves()
    for guest in tuple(corner.connections.inside):
        guest.restart()

    assert kinds(here.hears()) == ["ok", "patch"]
    assert here.socket.closed == (CloseCode.RESTARTING, "")
    assert corner.connections.inside == set()


async def test_who_has_not_said_hello_when_the_server_ends_is_parted_from_too(
    corner: Corner,
) -> None:
    here = corner.opens()

    here.connection.restart()
    await soon()

    assert here.socket.closed == (CloseCode.RESTARTING, "")
    assert here.serving.done()


async def test_who_leaves_takes_cart_login_and_place_along(corner: Corner) -> None:
    here = await corner.lets_in()
    await passes(100)
    here.asks(1)
    await corner.saves()
    here.hears()

    here.leaves()
    corner.sessions.end(corner.login.id_hash)

    assert (corner.connections.inside, corner.around.hub.open_carts) == (set(), 0)
    assert corner.sessions.left_ms(corner.login) == 9_900_000
    assert (here.socket.closed, here.hears()) == (None, [])


async def test_who_leaves_before_hello_takes_the_login_along(corner: Corner) -> None:
    here = corner.opens()

    here.leaves()
    corner.sessions.end(corner.login.id_hash)

    assert here.is_in()


async def test_after_the_end_nothing_is_left_to_be_done(corner: Corner) -> None:
    here = await corner.lets_in()
    for _ in range(11):
        here.says("resync")
    await soon()
    here.socket.is_full = True
    here.says("ping", id=7)
    await soon()
    assert len(timers()) == 3

    here.leaves()

    assert timers() == []


async def test_a_socket_that_closes_after_we_closed_it_is_forgotten_once(corner: Corner) -> None:
    here, there = await corner.lets_in(), await corner.lets_in(THERE)
    there.hears()
    here.connection.disconnect(DisconnectReason.EXPIRED)

    here.leaves(1000)
    await soon()

    assert there.hears() == [{"t": "tabs", "n": 1}]


async def test_the_log_says_with_which_code_it_ended(
    corner: Corner, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    here, there = await corner.lets_in(), await corner.lets_in(THERE)

    here.leaves(1001)
    there.connection.disconnect(DisconnectReason.EXPIRED)
    there.leaves(1000)

    closed = [record for record in caplog.records if record.getMessage() == "socket closed"]
    assert [(vars(record)["socket"], vars(record)["code"]) for record in closed] == [
        ("c-1", 1001),
        ("c-2", 4401),
    ]


async def test_a_reason_has_at_most_a_hundred_bytes_and_no_broken_character(
    corner: Corner,
) -> None:
    here = await corner.lets_in()

    here.connection.on_protocol_error(1007, "x" + "é" * 100)
    await soon()

    assert here.socket.closed == (1007, "x" + "é" * 49)


def connections() -> set[int]:
    """Return the identities of all connections that are in memory."""
    return {id(one) for one in gc.get_objects() if type(one) is CartConnection}


async def test_who_has_gone_is_forgotten_at_once_with_the_cart_and_all(corner: Corner) -> None:
    gc.disable()
    try:
        browser = await corner.lets_in()
        browser.asks(1)
        await corner.saves()
        browser.sends("nonsense")
        await soon()
        assert browser.socket.closed
        gone = id(browser.connection)
        assert gone in connections()

        browser.leaves()
        del browser.connection
        await soon()

        assert gone not in connections()
    finally:
        gc.enable()
