"""What an operation costs as carts grow, and as others look on without doing anything.

    python -m bench.growth [--seconds 3] [--sockets 100 1000 10000]

Twenty accounts with one tab are busy. The idle sockets belong to other accounts, ten to each.
"""

import argparse
import asyncio
from collections.abc import Sequence

import uvloop

from app.client import Account
from bench.line import Line
from bench.operations import SKUS, Measured, measure
from bench.shop import MeasuredShop, measured_shop

BUSY = 20
TABS_EACH = 10
SIZES = (1, 10, 100)


async def with_lines(
    shop: MeasuredShop, accounts: Sequence[Account], size: int, seconds: float
) -> Measured:
    """Measure operations on one line of carts that have so many."""
    skus = (await shop.skus())[:size]
    await asyncio.gather(*(fill(shop, account, skus) for account in accounts))
    return await measure(shop, accounts, 1, seconds, skus=skus[:1])


async def beside_idle(
    shop: MeasuredShop, busy: Sequence[Account], idle: Sequence[Account], seconds: float
) -> Measured:
    """Measure operations while ten tabs of each of *idle* stand open."""
    lines = [await shop.open(account, lambda _: None) for account in [*idle] * TABS_EACH]
    measured = await measure(shop, busy, 1, seconds, skus=SKUS)
    for line in lines:
        line.close()
    return measured


async def fill(shop: MeasuredShop, account: Account, skus: Sequence[str]) -> None:
    """Put one of each into the cart."""
    filled, left = asyncio.Event(), iter(enumerate(skus, start=1))

    def go_on(_: bytes = b"") -> None:
        if (op := next(left, None)) is None:
            filled.set()
        else:
            line.say(t="op", n=op[0], k="line.set", sku=op[1], qty=1)

    def hear(text: bytes) -> None:
        if text.startswith((b'{"t":"ok"', b'{"t":"no"')):
            go_on()

    line: Line = await shop.open(account, hear)
    go_on()
    await filled.wait()
    line.close()


async def main(seconds: float, sockets: list[int]) -> None:
    """Print both tables."""
    print("| lines in the cart | CPU each | |\n| --- | --- | --- |")
    with measured_shop() as shop:
        accounts = await shop.register(BUSY)
        first = 0.0
        for size in SIZES:
            each = await with_lines(shop, accounts, size, seconds)
            first = first or each.us
            print(f"| {size} | {each.us:.0f} µs | {each.us / first:.2f} times |", flush=True)
    print("\n| other sockets, idle | CPU each | |\n| --- | --- | --- |")
    with measured_shop() as shop:
        accounts = await shop.register(BUSY + max(sockets) // TABS_EACH)
        first = 0.0
        for count in (0, *sockets):
            idle = accounts[BUSY : BUSY + count // TABS_EACH]
            each = await beside_idle(shop, accounts[:BUSY], idle, seconds)
            first = first or each.us
            print(f"| {count:,} | {each.us:.0f} µs | {each.us / first:.2f} times |", flush=True)


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seconds", type=float, default=3.0)
    words.add_argument("--sockets", type=int, nargs="+", default=[100, 1000])
    uvloop.run(main(**vars(words.parse_args())))
