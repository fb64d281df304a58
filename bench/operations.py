"""How many durable operations the shop does for a second of its CPU.

    python -m bench.operations [SECONDS]

A closed loop: every account has one operation under way, asked in turn from each of its tabs;
the next is asked when the verdict is there, which is after the commit.
"""

import asyncio
import sys
import time

import msgspec
import uvloop

from app.client import Account
from bench.line import Line
from bench.shop import MeasuredShop, measured_shop

SHAPES = ((100, 2), (20, 1), (2, 1))
SKUS = (
    "gala-apples-500g",
    "gala-apples-1kg",
    "braeburn-apples-1kg",
    "bramley-apples-1kg",
    "conference-pears-1kg",
    "tangerines-600g",
    "carrots-500g",
    "milk-2l",
    "basmati-rice-1kg",
    "mature-cheddar-200g",
)
ASK = b'{"t":"op","n":%d,"k":"line.set","sku":"%b","qty":%d}'
WARM_UP_S = 2.0
MOST = 90


class Shopper:
    """One account in a closed loop over its tabs, changing ten lines in turn."""

    def __init__(self) -> None:
        self.done = 0
        self._lines: list[Line] = []
        self._asked: list[int] = []
        self._goes_on = True

    async def enter(self, shop: MeasuredShop, account: Account, tabs: int) -> None:
        """Open the tabs."""
        self._lines = [await shop.open(account, self._hear) for _ in range(tabs)]
        self._asked = [0] * tabs

    def ask(self) -> None:
        """Ask for the next operation."""
        turn = self.done % len(self._lines)
        self._asked[turn] += 1
        sku, qty = SKUS[self.done % len(SKUS)].encode(), self.done % MOST + 1
        self._lines[turn].send(ASK % (self._asked[turn], sku, qty))

    def leave(self) -> None:
        """Stop, and close the tabs."""
        self._goes_on = False
        for line in self._lines:
            line.close()

    def _hear(self, text: bytes) -> None:
        if text.startswith(b'{"t":"ok"'):
            self.done += 1
            if self._goes_on:
                self.ask()
        elif text.startswith(b'{"t":"no"'):
            raise ValueError(msgspec.json.decode(text))


async def measure(shop: MeasuredShop, accounts: list[Account], tabs: int, seconds: float) -> str:
    """Return a row of the table: what the shop did for *accounts* with so many *tabs* each."""
    shoppers = [Shopper() for _ in accounts]
    for shopper, account in zip(shoppers, accounts, strict=True):
        await shopper.enter(shop, account, tabs)
    for shopper in shoppers:
        shopper.ask()
    await asyncio.sleep(WARM_UP_S)
    before, done, began = shop.cost, sum(each.done for each in shoppers), time.monotonic()
    await asyncio.sleep(seconds)
    after, took_s = shop.cost, time.monotonic() - began
    done = sum(each.done for each in shoppers) - done
    for shopper in shoppers:
        shopper.leave()
    cpu_s = after.cpu_s - before.cpu_s
    system = (after.system_s - before.system_s) / cpu_s
    return (
        f"| {len(accounts)} x {tabs} | {done / cpu_s:,.0f} | {cpu_s / done * 1e6:.0f} µs "
        f"| {system:.0%} | {done / took_s:,.0f} | {cpu_s / took_s:.0%} |"
    )


async def main(seconds: float) -> None:
    """Print the table."""
    print(
        "| accounts x tabs | operations for a second of CPU | CPU each | in the kernel "
        "| operations a second | one core busy |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    with measured_shop() as shop:
        accounts = await shop.register(max(count for count, _ in SHAPES))
        for count, tabs in SHAPES:
            print(await measure(shop, accounts[:count], tabs, seconds), flush=True)


if __name__ == "__main__":
    uvloop.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 5.0))
