"""A handshake that is cancelled, at any wait, leaves nothing behind."""

import asyncio
import json

from app.ws.connection import CartConnection
from tests.examples import HERE
from tests.proof.inside import CancelAt
from tests.ws.clock import soon
from tests.ws.fakes import LOGIN, TABS, FakeSocket, WsHarness, kinds

HELLO = json.dumps({"t": "hello", "tab": TABS[HERE], "gen": 1, "outbox": HERE}).encode()
FEW_WAITS = 2


async def ends_before(harness: WsHarness, wait: int) -> bool:
    """Cancel a handshake on a slow disk at *wait*, and close; say whether it ended before."""
    connection = CartConnection(FakeSocket(), LOGIN, "c-9", harness.context)

    async def handle() -> None:
        await CancelAt(connection.serve_hello(), wait)

    disk = harness.around.disk
    disk.is_free.clear()
    handling = asyncio.create_task(handle())
    await soon()
    connection.on_text(HELLO)
    await soon()
    disk.is_free.set()
    await asyncio.wait([handling])
    connection.on_close(1006)
    await soon()
    return not handling.cancelled()


async def test_a_cancelled_handshake_leaves_no_cart_open_and_the_tab_can_reconnect(
    harness: WsHarness,
) -> None:
    """The fault "wait-cancelled"."""
    wait = 1
    while not await ends_before(harness, wait):
        assert harness.around.hub.open_carts == 0
        assert len(harness.connections.inside) == 0
        wait += 1

    assert wait > FEW_WAITS
    here = harness.opens()
    here.says_hello()
    await soon()
    assert kinds(here.takes_frames()) == ["welcome", "snapshot", "tabs"]
