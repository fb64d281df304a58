"""Measures how many tabs of logged-in accounts the server opens per second of its CPU.

python -m bench.connects [TABS]
"""

import asyncio
import sys
from collections.abc import Sequence

import uvloop

from app.client import Account
from bench.shop import MeasuredShop, measured_shop

MAX_CONCURRENT = 50


async def connect(shop: MeasuredShop, accounts: Sequence[Account], tabs: int) -> float:
    """Open *tabs* tabs, close each once it has its cart; return tabs per CPU second."""
    slots = asyncio.Semaphore(MAX_CONCURRENT)

    async def one(number: int) -> None:
        async with slots:
            tab = await shop.open(accounts[number % len(accounts)], lambda _: None)
            tab.close()

    before = shop.cost
    await asyncio.gather(*map(one, range(tabs)))
    return tabs / (shop.cost.cpu_s - before.cpu_s)


async def main(tabs: int) -> None:
    """Print the figure."""
    with measured_shop() as shop:
        rate = await connect(shop, await shop.register(100), tabs)
        print(f"{tabs} tabs opened: {rate:,.0f} for a second of CPU, {1e6 / rate:.0f} µs each")


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000))
