"""Measures the server CPU of an op as carts grow, and as idle websockets are added.

    python -m bench.scaling [--seconds 3] [--sockets 100 1000 10000]

Twenty accounts with one tab submit ops. The idle websockets belong to other accounts, ten to each.
"""

import argparse
import asyncio
from collections.abc import Sequence

import uvloop

from app.client import Account
from bench.light_client import LightTab
from bench.operations import SKUS, Measurement, measure
from bench.shop import MeasuredShop, measured_shop

BUSY = 20
TABS_EACH = 10
SIZES = (1, 10, 100)


async def measure_cart_size(
    shop: MeasuredShop, accounts: Sequence[Account], size: int, seconds: float
) -> Measurement:
    """Measure ops on one line of carts with *size* lines."""
    skus = (await shop.skus())[:size]
    await asyncio.gather(*(fill_cart(shop, account, skus) for account in accounts))
    return await measure(shop, accounts, 1, seconds, skus=skus[:1])


async def measure_idle_sockets(
    shop: MeasuredShop, busy: Sequence[Account], idle: Sequence[Account], seconds: float
) -> Measurement:
    """Measure ops while ten tabs of each of *idle* are open."""
    tabs = [await shop.open(account, lambda _: None) for account in [*idle] * TABS_EACH]
    measured = await measure(shop, busy, 1, seconds, skus=SKUS)
    for tab in tabs:
        tab.close()
    return measured


async def fill_cart(shop: MeasuredShop, account: Account, skus: Sequence[str]) -> None:
    """Put one of each of *skus* into the cart."""
    filled, left = asyncio.Event(), iter(enumerate(skus, start=1))

    def send_next(_: bytes = b"") -> None:
        if (op := next(left, None)) is None:
            filled.set()
        else:
            tab.send_json(t="op", n=op[0], k="line.set", sku=op[1], qty=1)

    def on_message(text: bytes) -> None:
        if text.startswith((b'{"t":"ok"', b'{"t":"no"')):
            send_next()

    tab: LightTab = await shop.open(account, on_message)
    send_next()
    await filled.wait()
    tab.close()


async def main(seconds: float, sockets: list[int]) -> None:
    """Print both tables."""
    print("| lines in the cart | CPU each | |\n| --- | --- | --- |")
    with measured_shop() as shop:
        accounts = await shop.register(BUSY)
        first = 0.0
        for size in SIZES:
            each = await measure_cart_size(shop, accounts, size, seconds)
            first = first or each.us
            print(f"| {size} | {each.us:.0f} µs | {each.us / first:.2f} times |", flush=True)
    print("\n| other sockets, idle | CPU each | |\n| --- | --- | --- |")
    with measured_shop() as shop:
        accounts = await shop.register(BUSY + max(sockets) // TABS_EACH)
        first = 0.0
        for count in (0, *sockets):
            idle = accounts[BUSY : BUSY + count // TABS_EACH]
            each = await measure_idle_sockets(shop, accounts[:BUSY], idle, seconds)
            first = first or each.us
            print(f"| {count:,} | {each.us:.0f} µs | {each.us / first:.2f} times |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--sockets", type=int, nargs="+", default=[100, 1000])
    uvloop.run(main(**vars(parser.parse_args())))
