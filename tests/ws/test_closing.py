"""How a connection ends; it leaves nothing behind."""

import gc
import logging

import pytest

from app.live.ports import DisconnectReason
from app.ws.close_codes import CODES, CloseCode
from app.ws.connection import CartConnection
from tests.examples import THERE
from tests.ws.clock import passes, soon, timers
from tests.ws.fakes import WsHarness, kinds


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
async def test_the_close_code_matches_the_disconnect_reason(
    harness: WsHarness, why: DisconnectReason, code: int
) -> None:
    here = await harness.connects()

    here.connection.disconnect(why)

    assert here.socket.closed == (code, "")
    assert harness.connections.inside == set()


def test_every_disconnect_reason_has_a_close_code() -> None:
    assert CODES.keys() == {*DisconnectReason}


async def test_queued_messages_are_written_before_the_close(harness: WsHarness) -> None:
    here = await harness.connects()
    here.submits(1)
    harness.around.saves()
    here.says("ping", id=7)

    here.connection.disconnect(DisconnectReason.SIGNED_OUT)

    assert kinds(here.takes_frames()) == ["ok", "patch", "pong"]
    assert here.socket.closed


async def test_only_the_first_close_takes_effect(harness: WsHarness) -> None:
    here = await harness.connects()

    here.connection.disconnect(DisconnectReason.EXPIRED)
    here.connection.disconnect(DisconnectReason.LOST)
    here.connection.restart()
    here.connection.on_protocol_error(1009, "too large")
    await passes(10)

    assert here.socket.closed == (CloseCode.NO_LOGIN, "")


async def test_the_end_of_a_login_closes_all_its_tabs(harness: WsHarness) -> None:
    here, there = await harness.connects(), await harness.connects(THERE)

    harness.sessions.on_remote_end(harness.login.id_hash)

    assert here.socket.closed == there.socket.closed == (CloseCode.SIGNED_OUT, "")
    assert harness.around.hub.open_carts == 0


async def test_a_login_near_its_end_warns_and_then_closes(harness: WsHarness) -> None:
    here = await harness.connects()
    await passes(9_900)
    here.takes_frames()

    harness.sessions.sweep()
    await soon()
    assert here.takes_frames() == [{"t": "auth", "session_left_ms": 100_000}]
    await passes(100)
    harness.sessions.sweep()

    assert here.socket.closed == (CloseCode.NO_LOGIN, "")


async def test_an_op_extends_the_login_and_the_tab_gets_its_new_lifetime(
    harness: WsHarness,
) -> None:
    here = await harness.connects()
    await passes(9_900)
    harness.sessions.sweep()
    await soon()
    here.takes_frames()

    here.submits(1)
    await soon()

    assert here.takes_frames() == [{"t": "auth", "session_left_ms": 10_000_000}]


async def test_a_draining_server_asks_its_tabs_to_leave_and_then_closes_them(
    harness: WsHarness,
) -> None:
    here = await harness.connects()

    for connection in tuple(harness.connections.inside):
        connection.drain(340, 10_000)
    await soon()
    assert here.takes_frames() == [{"t": "drain", "open_after_ms": 340, "close_in_ms": 10_000}]
    here.submits(1)
    await harness.saves()
    for connection in tuple(harness.connections.inside):
        connection.restart()

    assert kinds(here.takes_frames()) == ["ok", "patch"]
    assert here.socket.closed == (CloseCode.RESTARTING, "")
    assert harness.connections.inside == set()


async def test_a_restart_also_closes_a_connection_without_hello(
    harness: WsHarness,
) -> None:
    here = harness.opens()

    here.connection.restart()
    await soon()

    assert here.socket.closed == (CloseCode.RESTARTING, "")
    assert here.serving.done()


async def test_a_closed_connection_leaves_its_cart_its_login_and_the_registry(
    harness: WsHarness,
) -> None:
    here = await harness.connects()
    await passes(100)
    here.submits(1)
    await harness.saves()
    here.takes_frames()

    here.leaves()
    harness.sessions.on_remote_end(harness.login.id_hash)

    assert (harness.connections.inside, harness.around.hub.open_carts) == (set(), 0)
    assert harness.sessions.left_ms(harness.login) == 9_900_000
    assert (here.socket.closed, here.takes_frames()) == (None, [])


async def test_a_connection_closed_before_hello_leaves_its_login(harness: WsHarness) -> None:
    here = harness.opens()

    here.leaves()
    harness.sessions.on_remote_end(harness.login.id_hash)

    assert here.is_open()


async def test_no_timer_is_left_after_the_close(harness: WsHarness) -> None:
    here = await harness.connects()
    for _ in range(11):
        here.says("resync")
    await soon()
    here.socket.is_full = True
    here.says("ping", id=7)
    await soon()
    assert len(timers()) == 3

    here.leaves()

    assert timers() == []


async def test_a_close_frame_after_our_close_is_counted_once(harness: WsHarness) -> None:
    here, there = await harness.connects(), await harness.connects(THERE)
    there.takes_frames()
    here.connection.disconnect(DisconnectReason.EXPIRED)

    here.leaves(1000)
    await soon()

    assert there.takes_frames() == [{"t": "tabs", "n": 1}]


async def test_the_log_has_the_close_code(
    harness: WsHarness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    here, there = await harness.connects(), await harness.connects(THERE)

    here.leaves(1001)
    there.connection.disconnect(DisconnectReason.EXPIRED)
    there.leaves(1000)

    closed = [record for record in caplog.records if record.getMessage() == "socket closed"]
    assert [(vars(record)["socket"], vars(record)["code"]) for record in closed] == [
        ("c-1", 1001),
        ("c-2", 4401),
    ]


async def test_a_close_reason_is_cut_to_a_hundred_bytes_between_characters(
    harness: WsHarness,
) -> None:
    here = await harness.connects()

    here.connection.on_protocol_error(1007, "x" + "é" * 100)
    await soon()

    assert here.socket.closed == (1007, "x" + "é" * 49)


def connections() -> set[int]:
    """Return the identities of all connections that are in memory."""
    return {id(one) for one in gc.get_objects() if type(one) is CartConnection}


async def test_a_closed_connection_is_freed_without_the_garbage_collector(
    harness: WsHarness,
) -> None:
    gc.disable()
    try:
        browser = await harness.connects()
        browser.submits(1)
        await harness.saves()
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
