"""What an idle shopper with a 10-line cart costs the shop in memory.

    python -m bench.memory [SHOPPERS]

The first quarter is left out: it pays for what all share.
"""

import asyncio
import sys

import uvloop

from app.client import Account
from bench.operations import SKUS
from bench.shop import MeasuredShop, measured_shop

SETTLE_S = 1.0


async def fill(shop: MeasuredShop, account: Account) -> object:
    """Open a tab of *account*, put ten lines into its cart, and stay."""
    filled = asyncio.Event()

    def hear(text: bytes) -> None:
        if text.startswith(b'{"t":"ok","n":%d,' % len(SKUS)):
            filled.set()

    line = await shop.open(account, hear)
    for n, sku in enumerate(SKUS, start=1):
        line.say(t="op", n=n, k="line.set", sku=sku, qty=n)
    await filled.wait()
    return line


async def main(shoppers: int) -> None:
    """Print the figure."""
    with measured_shop() as shop:
        accounts = await shop.register(shoppers)
        quarter = shoppers // 4
        kept = [await fill(shop, account) for account in accounts[:quarter]]
        await asyncio.sleep(SETTLE_S)
        before = shop.cost.memory_kib
        kept += [await fill(shop, account) for account in accounts[quarter:]]
        await asyncio.sleep(SETTLE_S)
        after = shop.cost.memory_kib
        each = (after - before) / (len(kept) - quarter)
        print(f"{len(kept)} idle shoppers: {each:.1f} KiB each, {after / 1024:.0f} MiB in all")


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000))
