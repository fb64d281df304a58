"""How long a login lasts on an open socket (PROTOCOL.md §4, `auth`, and §7)."""

import asyncio

from tests.e2e.conftest import Street
from tests.e2e.server import Server
from tests.e2e.shelf import APPLES
from tests.e2e.wire import PASSWORD, Goodbye, Shopper, Wire, newcomer

IDLE_S, ABSOLUTE_S = 2, 4
SETTINGS = {"login_idle_s": IDLE_S, "login_s": ABSOLUTE_S}


async def keep_asking(tab: Wire) -> int:
    """Ask for one op after the other; return how many were done before the socket was closed."""
    n = 0
    while tab.socket.state is State.OPEN:
        n += 1
        await tab.say("op", n=n, k="line.set", sku=APPLES, qty=n)
        await asyncio.sleep(0.2)
    return n


async def test_an_unused_login_runs_out_soon_and_a_used_one_in_the_end(
    shop: Server, ada: Shopper
) -> None:
    login = {"email": ada.email, "password": PASSWORD}
    async with Shopper(shop) as elsewhere:
        await elsewhere.send("POST", "/api/session", login)
        used, idle = await ada.tab(), await elsewhere.tab()
        asking, pinging = asyncio.create_task(keep_asking(used)), asyncio.create_task(ping(idle))

        assert 0 < (await idle.expect("auth"))["session_left_ms"] <= IDLE_S * 1000
        assert await idle.goodbye() == Goodbye(4401, "")
        assert not asking.done()
        assert await used.goodbye() == Goodbye(4401, "")

        assert await asking > 10
        assert await pinging > 3
        assert (await (await ada.socket()).goodbye()).code == 4401
        assert (await ada.send("GET", "/api/cart")).status == 401


async def test_a_login_that_is_used_again_is_renewed(street: Street) -> None:
    async with await newcomer(street.open(login_idle_s=121)) as ada:
        tab = await ada.tab()
        assert (await tab.expect("auth"))["session_left_ms"] <= 120_000

        await tab.say("op", n=1, k="line.add", sku=APPLES, qty=1)

        assert (await tab.expect("auth"))["session_left_ms"] > 120_000
