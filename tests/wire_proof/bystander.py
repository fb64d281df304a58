"""Shoppers while others abuse the server, and how long their answers take."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from tests.e2e.catalog import APPLES
from tests.e2e.raw_client import new_shopper
from tests.wire_proof.watched import WatchedServer

EVERY_S = 0.11
"""As often as the rate limit allows."""
PEOPLE = 4


class Bystander:
    """How long each answer took, in seconds, and the most memory that the shop ever held."""

    def __init__(self) -> None:
        self.waits_s: list[float] = []
        self.peak_kib = 0
        self.leaving = asyncio.Event()

    @property
    def p99_ms(self) -> float:
        """Return the wait that one in a hundred answers exceeded."""
        return 1000 * sorted(self.waits_s)[int(len(self.waits_s) * 0.99)]

    async def shop_on(self, shop: WatchedServer) -> None:
        """Change the cart again and again; each answer must be the right one."""
        loop = asyncio.get_running_loop()
        async with await new_shopper(shop) as shopper:
            tab = await shopper.tab()
            for n in count(1):
                asked_s = loop.time()
                verdict = await tab.submit(n, "line.set", sku=APPLES, qty=n % 99 + 1)
                assert (verdict["t"], verdict["rev"]) == ("ok", n)
                self.waits_s.append(loop.time() - asked_s)
                self.peak_kib = max(self.peak_kib, shop.memory_kib)
                if self.leaving.is_set():
                    break
                await asyncio.sleep(EVERY_S)
            assert await shopper.quantities() == {APPLES: n % 99 + 1}


@asynccontextmanager
async def bystander(shop: WatchedServer) -> AsyncIterator[Bystander]:
    """Have some shoppers shop meanwhile."""
    seen = Bystander()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(PEOPLE):
            tasks.create_task(seen.shop_on(shop))
        yield seen
        seen.leaving.set()
