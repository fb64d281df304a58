"""A rolling restart: servers are restarted one after the other while tabs add products."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.balancer import BalancedServers, balanced
from tests.e2e.catalog import PLENTY
from tests.e2e.clickers import clicking_accounts
from tests.e2e.shared import open_shared

ACCOUNTS = 10
LONGEST_EXIT_S = 15
SETTINGS_OF_SERVERS = {"limits": "load", "drain_ms": 1000}


@pytest.fixture
def balanced_servers(tmp_path: Path) -> Iterator[BalancedServers]:
    """Return two servers behind one address."""
    with open_shared() as shared, balanced(tmp_path, shared, 2, **SETTINGS_OF_SERVERS) as servers:
        yield servers


@pytest.mark.timeout(600)
async def test_a_rolling_restart_costs_each_tab_a_reconnect_and_no_click(
    balanced_servers: BalancedServers,
) -> None:
    async with clicking_accounts([balanced_servers.origin] * 2, ACCOUNTS) as accounts:
        clickers = [clicker for account in accounts for clicker in account.clickers]
        done = asyncio.Event()
        clicking = asyncio.gather(*(clicker.click(PLENTY[:90], 0.1, done) for clicker in clickers))
        await asyncio.sleep(0.5)

        exits_s = await asyncio.to_thread(balanced_servers.roll)

        await asyncio.sleep(0.5)
        done.set()
        await clicking
        clicks = sum([await account.check_converged() for account in accounts])

    assert [server.alarms() for server in balanced_servers.servers] == [[], []]
    assert clicks > 10 * len(clickers)
    assert max(exits_s) < LONGEST_EXIT_S
    too_many = [one.sockets.history for one in clickers if one.sockets.opened_count not in {2, 3}]
    assert too_many == [], "each server is left once at most"
