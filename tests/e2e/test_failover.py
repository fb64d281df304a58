"""A primary that dies while its standby lacks what was committed last."""

import asyncio
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest

from app.client import Shop
from app.domain.catalog import Sku
from app.domain.ops import AddLine
from app.domain.verdicts import Ok
from tests.databases import Cluster, open_cluster, with_standby
from tests.e2e.catalog import APPLES, BREAD, MILK
from tests.e2e.raw_client import PASSWORD, send
from tests.e2e.server import Server, free_port
from tests.waiting import SLOW_MACHINE_S

FOUND_S = 5.0


class Parts(NamedTuple):
    """A shop, and the two servers of its database."""

    shop: Server
    primary: Cluster
    standby: Cluster


@pytest.fixture
def parts(postgresql: Path, tmp_path: Path) -> Iterator[Parts]:
    """Return a shop whose commits do not wait for the standby."""
    with open_cluster(postgresql) as primary, open_cluster(postgresql, primary) as standby:
        primary.replicate(synchronously=False)
        url = with_standby(primary.new(), primary, standby)
        shop = Server(tmp_path, url, metrics=f"127.0.0.1:{free_port()}")
        shop.start()
        yield Parts(shop, primary, standby)
        shop.end()


async def test_after_a_failover_that_lost_commits_tabs_that_know_more_are_met_as_future(
    parts: Parts,
) -> None:
    shop, primary, standby = parts
    account = await Shop(shop.origin).register(f"{uuid4()}@shop.example", PASSWORD, "Ada")
    async with account.tab() as tab:
        await tab.send(AddLine(Sku(APPLES), 1))
        await asyncio.to_thread(standby.detach)
        await tab.send(AddLine(Sku(BREAD), 1))
        await asyncio.to_thread(primary.stop, signal.SIGQUIT)
        kept = [tab.send(AddLine(Sku(MILK), 1)), tab.send(AddLine(Sku(MILK), 1))]
        await asyncio.sleep(1)
        await asyncio.to_thread(standby.promote)
        promoted_s = time.monotonic()

        verdicts = await asyncio.gather(*kept)

        found_s = time.monotonic() - promoted_s
        assert [type(verdict) for verdict in verdicts] == [Ok, Ok]
        assert {sku: line.qty for sku, line in tab.cart.lines.items()} == {APPLES: 1, MILK: 2}
    assert found_s < FOUND_S + SLOW_MACHINE_S
    assert len(shop.alarms()) == 1
    metrics = await asyncio.to_thread(send, metrics_port(shop), "GET", "/metrics", None, {})
    assert b'shop_alarms_total{kind="future"} 1' in metrics.body
    listed = await asyncio.to_thread(shop.command, "order", "list")
    assert (listed.returncode, listed.stderr) == (0, "")


def metrics_port(shop: Server) -> int:
    """Return the port of the metrics."""
    return int(shop.environment["SHOP_METRICS"].rpartition(":")[2])
