"""What it takes to tell one new price to everybody who has the product in front of them.

python -m bench.fanout [TABS ...]
"""

import asyncio
import sys
import time
from typing import NamedTuple

import uvloop

from app.client import Account
from bench.operations import SKUS
from bench.shop import MeasuredShop, measured_shop

TABS_EACH = 10
PRICES = ("2.31", "2.32", "2.33", "2.34", "2.35")
SETTLE_S = 0.5


class Told(NamedTuple):
    """How long passed from the first tab that heard to the last, and what a tab cost."""

    tabs: int
    spread_ms: float
    cpu_us: float

    def __str__(self) -> str:
        """Return a row of the table."""
        return f"| {self.tabs:,} | {self.spread_ms:.1f} ms | {self.cpu_us:.0f} µs |"


class Audience:
    """Tabs that watch one product, and when they hear of it."""

    def __init__(self) -> None:
        self._tabs = 0
        self._heard_s: list[float] = []
        self._all = asyncio.Event()

    async def enter(self, shop: MeasuredShop, accounts: list[Account]) -> None:
        """Open ten tabs for each account."""
        for account in accounts * TABS_EACH:
            line = await shop.open(account, self._hear)
            line.say(t="watch", skus=[SKUS[0]])
            self._tabs += 1
        await asyncio.sleep(SETTLE_S)

    async def hear(self, shop: MeasuredShop, price: str) -> Told:
        """Set the price, and wait until all have heard."""
        self._heard_s.clear()
        self._all.clear()
        before = shop.cost.cpu_s
        words = ("product", "set", SKUS[0], "--price", price)
        await asyncio.to_thread(shop.server.command, *words)
        await self._all.wait()
        spread_s = self._heard_s[-1] - self._heard_s[0]
        return Told(self._tabs, 1000 * spread_s, (shop.cost.cpu_s - before) / self._tabs * 1e6)

    def _hear(self, text: bytes) -> None:
        if text.startswith(b'{"t":"prices"'):
            self._heard_s.append(time.monotonic())
            if len(self._heard_s) == self._tabs:
                self._all.set()


async def fan_out(shop: MeasuredShop, accounts: list[Account]) -> Told:
    """Return the middle one of five."""
    audience = Audience()
    await audience.enter(shop, accounts)
    told = [await audience.hear(shop, price) for price in PRICES]
    return sorted(told, key=lambda one: one.spread_ms)[len(told) // 2]


async def main(sizes: list[int]) -> None:
    """Print the table."""
    print("| tabs | from the first to the last | CPU for each |\n| --- | --- | --- |")
    for tabs in sizes:
        with measured_shop() as shop:
            print(await fan_out(shop, await shop.register(tabs // TABS_EACH)), flush=True)


if __name__ == "__main__":
    uvloop.run(main([int(word) for word in sys.argv[1:]] or [100, 1000]))
