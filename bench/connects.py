"""How many tabs the shop lets in for a second of its CPU, login cookie in hand.

python -m bench.connects [TABS]
"""

import asyncio
import sys
from collections.abc import Sequence

import uvloop

from app.client import Account
from bench.shop import MeasuredShop, measured_shop

AT_ONCE = 50


async def connect(shop: MeasuredShop, accounts: Sequence[Account], tabs: int) -> float:
    """Open so many tabs, each closed once it has its cart; return how many a second of CPU took."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with turns:
            line = await shop.open(accounts[number % len(accounts)], lambda _: None)
            line.close()

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
