"""Measures durable operations per second of server CPU, in a closed loop.

    python -m bench.operations [--seconds 5] [--window 1 8 32]

Each account has as many ops in flight as `--window` says, submitted from its tabs in turn; the next
op is submitted when a verdict arrives, which is after the commit. `bench.against` does it in turns
with another checkout.
"""

import argparse
import asyncio
import time
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import uvloop

from app.client import Account
from bench.light_client import LightTab
from bench.shop import MeasuredShop, measured_shop

SHAPES = ((100, 2), (20, 1), (2, 1))
WINDOWS = (1, 8, 32)
"""Ops in flight for each account."""
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
OP = b'{"t":"op","n":%d,"k":"line.set","sku":"%b","qty":%d}'
WARM_UP_S = 2.0
MAX_QTY = 90
HEAD = (
    "| accounts x tabs | in flight per account | operations for a second of CPU | CPU each "
    "| in the kernel | operations a second | one core busy |\n"
    "| --- | --- | --- | --- | --- | --- | --- |"
)


class Measurement(NamedTuple):
    """The number of ops in a period, and the server CPU for them."""

    shape: str
    window: int
    done: int
    took_s: float
    cpu_s: float
    system_s: float

    @property
    def per_cpu_s(self) -> float:
        """Ops per second of server CPU."""
        return self.done / self.cpu_s

    @property
    def us(self) -> float:
        """Server CPU per op, in microseconds."""
        return self.cpu_s / self.done * 1e6

    def __str__(self) -> str:
        """Return a row of the table."""
        return (
            f"| {self.shape} | {self.window} | {self.per_cpu_s:,.0f} | {self.us:.0f} µs "
            f"| {self.system_s / self.cpu_s:.0%} | {self.done / self.took_s:,.0f} "
            f"| {self.cpu_s / self.took_s:.0%} |"
        )


class Shopper:
    """An account in a closed loop over its tabs, which sets its lines in turn."""

    def __init__(self, skus: Sequence[str] = SKUS) -> None:
        self.done = 0
        self._skus = [sku.encode() for sku in skus]
        self._tabs: list[LightTab] = []
        self._sent: list[int] = []
        self._count = 0
        self._is_running = True

    async def open_tabs(self, shop: MeasuredShop, account: Account, tabs: int) -> None:
        """Open the tabs."""
        self._tabs = [await shop.open(account, self._on_message) for _ in range(tabs)]
        self._sent = [0] * tabs

    def submit(self) -> None:
        """Submit the next op."""
        turn, self._count = self._count % len(self._tabs), self._count + 1
        self._sent[turn] += 1
        sku, qty = self._skus[self._count % len(self._skus)], self._count % MAX_QTY + 1
        self._tabs[turn].send(OP % (self._sent[turn], sku, qty))

    def stop(self) -> None:
        """Submit no more, and close the tabs."""
        self._is_running = False
        for tab in self._tabs:
            tab.close()

    def _on_message(self, text: bytes) -> None:
        if text.startswith(b'{"t":"ok"'):
            self.done += 1
            if self._is_running:
                self.submit()
        elif text.startswith(b'{"t":"no"'):
            raise ValueError(msgspec.json.decode(text))


async def measure(  # noqa: PLR0913 - each is a parameter of the measurement
    shop: MeasuredShop,
    accounts: Sequence[Account],
    tabs: int,
    seconds: float,
    *,
    window: int = 1,
    skus: Sequence[str] = SKUS,
) -> Measurement:
    """Measure *accounts* with *tabs* tabs each for *seconds*, after a warm-up."""
    shoppers = [Shopper(skus) for _ in accounts]
    for shopper, account in zip(shoppers, accounts, strict=True):
        await shopper.open_tabs(shop, account, tabs)
    for shopper in shoppers * window:
        shopper.submit()
    await asyncio.sleep(WARM_UP_S)
    before, done, began = shop.cost, sum(each.done for each in shoppers), time.monotonic()
    await asyncio.sleep(seconds)
    after, took_s = shop.cost, time.monotonic() - began
    done = sum(each.done for each in shoppers) - done
    for shopper in shoppers:
        shopper.stop()
    shape = f"{len(accounts)} x {tabs}"
    cpu_s, system_s = after.cpu_s - before.cpu_s, after.system_s - before.system_s
    return Measurement(shape, window, done, took_s, cpu_s, system_s)


async def main(seconds: float, windows: Sequence[int]) -> None:
    """Print the table."""
    print(HEAD)
    with measured_shop() as shop:
        accounts = await shop.register(max(count for count, _ in SHAPES))
        for count, tabs in SHAPES:
            for window in windows:
                row = await measure(shop, accounts[:count], tabs, seconds, window=window)
                print(row, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument(
        "--window", dest="windows", type=int, nargs="+", default=WINDOWS, choices=range(1, 33)
    )
    uvloop.run(main(**vars(parser.parse_args())))
