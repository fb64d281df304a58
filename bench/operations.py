"""How many durable operations the shop does for a second of its CPU.

    python -m bench.operations [--seconds 5] [--window 1]

A closed loop: every account has so many operations under way, asked in turn from each of its tabs;
the next is asked when a verdict is there, which is after the commit.
"""

import argparse
import asyncio
import time
from collections.abc import Sequence
from typing import NamedTuple

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
HEAD = (
    "| accounts x tabs | operations for a second of CPU | CPU each | in the kernel "
    "| operations a second | one core busy |\n| --- | --- | --- | --- | --- | --- |"
)


class Measured(NamedTuple):
    """What was done in a while, and what that cost the server."""

    shape: str
    done: int
    took_s: float
    cpu_s: float
    system_s: float

    @property
    def per_cpu_s(self) -> float:
        """Return operations for a second of the server's CPU."""
        return self.done / self.cpu_s

    @property
    def us(self) -> float:
        """Return the server's CPU for an operation."""
        return self.cpu_s / self.done * 1e6

    def __str__(self) -> str:
        """Return a row of the table."""
        return (
            f"| {self.shape} | {self.per_cpu_s:,.0f} | {self.us:.0f} µs "
            f"| {self.system_s / self.cpu_s:.0%} | {self.done / self.took_s:,.0f} "
            f"| {self.cpu_s / self.took_s:.0%} |"
        )


class Shopper:
    """One account in a closed loop over its tabs, changing its lines in turn."""

    def __init__(self, skus: Sequence[str] = SKUS) -> None:
        self.done = 0
        self._skus = [sku.encode() for sku in skus]
        self._lines: list[Line] = []
        self._asked: list[int] = []
        self._count = 0
        self._goes_on = True

    async def enter(self, shop: MeasuredShop, account: Account, tabs: int) -> None:
        """Open the tabs."""
        self._lines = [await shop.open(account, self._hear) for _ in range(tabs)]
        self._asked = [0] * tabs

    def ask(self) -> None:
        """Ask for the next operation."""
        turn, self._count = self._count % len(self._lines), self._count + 1
        self._asked[turn] += 1
        sku, qty = self._skus[self._count % len(self._skus)], self._count % MOST + 1
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


async def measure(  # noqa: PLR0913 - each is a dial of the measurement
    shop: MeasuredShop,
    accounts: Sequence[Account],
    tabs: int,
    seconds: float,
    *,
    window: int = 1,
    skus: Sequence[str] = SKUS,
) -> Measured:
    """Return what the shop did for *accounts* with so many *tabs* each."""
    shoppers = [Shopper(skus) for _ in accounts]
    for shopper, account in zip(shoppers, accounts, strict=True):
        await shopper.enter(shop, account, tabs)
    for shopper in shoppers * window:
        shopper.ask()
    await asyncio.sleep(WARM_UP_S)
    before, done, began = shop.cost, sum(each.done for each in shoppers), time.monotonic()
    await asyncio.sleep(seconds)
    after, took_s = shop.cost, time.monotonic() - began
    done = sum(each.done for each in shoppers) - done
    for shopper in shoppers:
        shopper.leave()
    shape = f"{len(accounts)} x {tabs}"
    cpu_s, system_s = after.cpu_s - before.cpu_s, after.system_s - before.system_s
    return Measured(shape, done, took_s, cpu_s, system_s)


async def main(seconds: float, window: int) -> None:
    """Print the table."""
    print(HEAD)
    with measured_shop() as shop:
        accounts = await shop.register(max(count for count, _ in SHAPES))
        for count, tabs in SHAPES:
            print(await measure(shop, accounts[:count], tabs, seconds, window=window), flush=True)


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seconds", type=float, default=5.0)
    words.add_argument("--window", type=int, default=1, choices=range(1, 33), metavar="1-32")
    uvloop.run(main(**vars(words.parse_args())))
