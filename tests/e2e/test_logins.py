"""When a login expires on an open websocket (protocol.md §4, `auth`, and §7)."""

import asyncio
from contextlib import suppress

from websockets.exceptions import ConnectionClosed

from tests.e2e.catalog import APPLES
from tests.e2e.conftest import ServerFactory
from tests.e2e.raw_client import PASSWORD, CloseFrame, RawSocket, Shopper, frame, new_shopper
from tests.e2e.server import Server

IDLE_S, ABSOLUTE_S = 4, 9
SETTINGS = {"login_idle_s": IDLE_S, "login_s": ABSOLUTE_S}


async def send_until_closed(tab: RawSocket, *frames: str) -> int:
    """Send one frame after the other until the websocket is closed; return how many were sent."""
    sent = 0
    with suppress(ConnectionClosed):
        for frame_ in frames:
            await tab.send_text(frame_)
            sent += 1
            await asyncio.sleep(0.2)
    return sent


async def test_an_idle_login_expires_early_and_a_used_one_at_its_absolute_limit(
    shop: Server, ada: Shopper
) -> None:
    login = {"email": ada.email, "password": PASSWORD}
    async with Shopper(shop) as second_session:
        await second_session.send("POST", "/api/session", login)
        used, idle = await ada.tab(), await second_session.tab()
        ops = [frame("op", n=n, k="line.set", sku=APPLES, qty=n) for n in range(1, 64)]
        sending_ops = asyncio.create_task(send_until_closed(used, *ops))
        sending_pings = asyncio.create_task(send_until_closed(idle, *[frame("ping", id=1)] * 64))

        assert 0 < (await idle.expect("auth"))["session_left_ms"] <= IDLE_S * 1000
        assert await idle.close_frame() == CloseFrame(4401, "")
        assert not sending_ops.done()
        assert await used.close_frame() == CloseFrame(4401, "")

        assert 1 < await sending_pings < await sending_ops < 64
        assert (await (await ada.socket()).close_frame()).code == 4401
        assert (await ada.send("GET", "/api/cart")).status == 401


async def test_a_login_that_is_used_again_is_renewed(server_factory: ServerFactory) -> None:
    async with await new_shopper(server_factory.open(login_idle_s=121)) as ada:
        tab = await ada.tab()
        assert (await tab.expect("auth"))["session_left_ms"] <= 120_000

        await tab.send_frame("op", n=1, k="line.add", sku=APPLES, qty=1)

        assert (await tab.expect("auth"))["session_left_ms"] > 120_000
