"""Ordinary shoppers on an abused server, and how long their verdicts take."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from tests.e2e.catalog import APPLES
from tests.e2e.raw_client import new_shopper
from tests.percentiles import percentile_ms
from tests.wire_proof.measured_server import MeasuredServer

EVERY_S = 0.11
"""The interval of ops: as many as the rate limit allows."""
SHOPPERS = 4


class OtherShoppers:
    """Shoppers that record how long each verdict took, and the peak memory of the server."""

    def __init__(self) -> None:
        self.waits_s: list[float] = []
        self.peak_kib = 0
        self.stop = asyncio.Event()

    def percentile_ms(self, share: float) -> float:
        """Return the wait that *share* of the verdicts did not exceed, in milliseconds."""
        return percentile_ms(self.waits_s, share)

    async def keep_shopping(self, shop: MeasuredServer) -> None:
        """Change a cart repeatedly until `stop` is set; each verdict must be the right one."""
        loop = asyncio.get_running_loop()
        async with await new_shopper(shop) as shopper:
            tab = await shopper.tab()
            for n in count(1):
                sent_at_s = loop.time()
                verdict = await tab.submit(n, "line.set", sku=APPLES, qty=n % 99 + 1)
                assert (verdict["t"], verdict["rev"]) == ("ok", n)
                self.waits_s.append(loop.time() - sent_at_s)
                self.peak_kib = max(self.peak_kib, shop.memory_kib)
                if self.stop.is_set():
                    break
                await asyncio.sleep(EVERY_S)
            assert await shopper.quantities() == {APPLES: n % 99 + 1}


@asynccontextmanager
async def other_shoppers(shop: MeasuredServer) -> AsyncIterator[OtherShoppers]:
    """Run SHOPPERS shoppers inside this context."""
    shoppers = OtherShoppers()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(SHOPPERS):
            tasks.create_task(shoppers.keep_shopping(shop))
        try:
            yield shoppers
        finally:
            shoppers.stop.set()
