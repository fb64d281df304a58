"""Compares twelve tabs of a household of five with twelve tabs of one account, in one run.

    python -m bench.household [--seconds 3] [--blocks 6]

Tabs of the one and of the other hammer their carts in turn, by blocks, at one server: each sends
the next op when the one before is answered. Printed are the waits for verdicts.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from itertools import count
from statistics import median, quantiles
from typing import Final

import uvloop

from app.client import Account, Shop, Tab
from app.client.problem import fetch
from app.client.request import Request, Site
from bench.shop import MeasuredShop, measured_shop

PEOPLE, TABS, SKUS = 5, 12, 10
WARM_UP_S: Final = 1.0
TIMEOUT_S: Final = 10.0
P50, P99 = 49, 98

Waits = list[float]


async def gather(shop: MeasuredShop) -> list[Account]:
    """Return people who share the cart of the first."""
    owner, *members = people = await shop.register(PEOPLE)
    for member in members:
        invited = await post(shop, owner, "/api/household/invitations", role="edit")
        await post(shop, member, "/api/household/join", token=invited["token"])
    return people


async def post(shop: MeasuredShop, by: Account, path: str, **fields: str) -> dict[str, str]:
    """Send a request, and return its answer."""
    request = Request("POST", path, json.dumps(fields), by.cookie)
    response = await fetch(Site.at(shop.server.origin, None), request, TIMEOUT_S)
    answer: dict[str, str] = json.loads(response.body)
    return answer


async def open_tabs(shop: MeasuredShop, people: Sequence[Account]) -> list[Tab]:
    """Open tabs of *people* by turns, which show the cart of the first."""
    site, tabs = Shop(shop.server.origin), list[Tab]()
    for number in range(TABS):
        one = people[number % len(people)]
        tabs.append(await site.account(one.id, one.cookie).tab(cart=people[0].id).open())
    return tabs


async def hammer(tabs: Sequence[Tab], skus: Sequence[str], seconds: float) -> Waits:
    """Have each tab send op after op; return how long each was under way."""
    waits: Waits = []
    ends_s = time.perf_counter() + seconds

    async def one(tab: Tab, first: int) -> None:
        for n in count(first):
            if (began_s := time.perf_counter()) > ends_s:
                return
            await tab.set(skus[n % SKUS], n % 90 + 1)
            waits.append(time.perf_counter() - began_s)

    await asyncio.gather(*(one(tab, 7 * number) for number, tab in enumerate(tabs)))
    return waits


def percentiles(waits: Waits) -> tuple[float, float]:
    """Return percentiles 50 and 99 in ms."""
    cuts = quantiles(waits, n=100)
    return 1000 * cuts[P50], 1000 * cuts[P99]


async def compare(seconds: float, blocks: int) -> None:
    """Print the percentiles of both, and how they stand to each other."""
    with measured_shop() as shop:
        skus = await shop.skus()
        groups = {
            "one account": await open_tabs(shop, await shop.register(1)),
            "household": await open_tabs(shop, await gather(shop)),
        }
        seen: dict[str, list[tuple[float, float]]] = {name: [] for name in groups}
        for tabs in groups.values():
            await hammer(tabs, skus, WARM_UP_S)
        for _ in range(blocks):
            for name, tabs in groups.items():
                seen[name].append(percentiles(await hammer(tabs, skus, seconds)))
        await asyncio.gather(*(tab.close() for tabs in groups.values() for tab in tabs))
    middles = {name: tuple(map(median, zip(*each, strict=True))) for name, each in seen.items()}
    for name, (p50, p99) in middles.items():
        print(f"{name:12} p50 {p50:6.2f} ms   p99 {p99:6.2f} ms")
    ratios = (its / of for its, of in zip(*reversed(middles.values()), strict=True))
    print("household / one account: p50 {:.2f}, p99 {:.2f}".format(*ratios))


def main() -> None:
    """Compare, as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--blocks", type=int, default=6)
    given = parser.parse_args()
    uvloop.run(compare(given.seconds, given.blocks))


if __name__ == "__main__":
    main()
