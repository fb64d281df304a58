"""A handshake that is cancelled, at any wait, leaves nothing behind."""

import asyncio
import json

from app.ws.connection import CartConnection
from tests.examples import HERE
from tests.proof.inside import CancelAt
from tests.ws.clock import soon
from tests.ws.fakes import LOGIN, TABS, Corner, FakeSocket, kinds

HELLO = json.dumps({"t": "hello", "tab": TABS[HERE], "gen": 1, "outbox": HERE})
FEW_WAITS = 2


async def came_in(corner: Corner, wait: int) -> bool:
    """Open a socket, say hello to a slow disk and go; say whether nobody was cancelled."""
    connection = CartConnection(FakeSocket(), LOGIN, "c-9", corner.context)

    async def handle() -> None:
        await CancelAt(connection.serve_hello(), wait)

    disk = corner.around.disk
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


async def test_no_cart_is_held_open_and_the_tab_can_come_back(corner: Corner) -> None:
    """The fault "wait-cancelled"."""
    wait = 1
    while not await came_in(corner, wait):
        assert corner.around.hub.open_carts == 0
        assert len(corner.connections.inside) == 0
        wait += 1

    assert wait > FEW_WAITS
    here = corner.opens()
    here.says_hello()
    await soon()
    assert kinds(here.hears()) == ["welcome", "snapshot", "tabs"]
