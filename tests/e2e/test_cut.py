"""All websockets are cut in the same moment, as when a proxy is restarted."""

import asyncio

from app.domain.verdicts import Ok
from tests.e2e.catalog import APPLES
from tests.e2e.clickers import clicking_accounts
from tests.e2e.conftest import ServerFactory
from tests.e2e.server import free_port
from tests.proof.proxy import proxy_to

ACCOUNTS, TABS = 15, 4
RECONNECT_S = 30


async def test_after_all_sockets_are_cut_at_once_all_reconnect_within_30_s_and_none_is_refused(
    server_factory: ServerFactory,
) -> None:
    port, shop = free_port(), server_factory.build(limits="load")
    shop.environment["SHOP_ORIGINS"] = f"{shop.origin},http://127.0.0.1:{port}"
    shop.start()
    async with (
        proxy_to(shop.port, port) as proxy,
        clicking_accounts([proxy.origin] * TABS, ACCOUNTS) as accounts,
    ):
        clickers = [clicker for account in accounts for clicker in account.clickers]
        proxy.cut()

        async with asyncio.timeout(RECONNECT_S):
            verdicts = await asyncio.gather(*(one.tab.add(APPLES) for one in clickers))

        assert all(isinstance(verdict, Ok) for verdict in verdicts)
        assert {one.sockets.opened_count for one in clickers} == {2}
        assert not any("none:" in line for one in clickers for line in one.sockets.history)
        for account in accounts:
            assert (await account.account.cart()).rev == TABS
