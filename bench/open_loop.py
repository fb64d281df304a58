"""Measures latency in an open loop: an op is due at its time, even if others are not answered yet.

    python -m bench.open_loop [--share 0.5] [--seconds 10] [--rounds 3]

The rate is a share of the highest one, which a closed loop finds first: 100 accounts with 2 tabs,
one op in flight for each account. Latency counts from when an op was due, not from when it was
sent, so that a stall counts for every op that it delays (coordinated omission).
"""

import argparse
import asyncio
import gc
import random
import time
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import uvloop

from app.client import Account
from bench.light_client import LightTab
from bench.operations import MAX_QTY, OP, SKUS, measure
from bench.shop import MeasuredShop, measured_shop

ACCOUNTS, TABS = 100, 2
SPIN_S = 0.002
HEAD = (
    "| ops a second | p50 | p90 | p99 | p99.9 | longest | CPU of an op | one core busy |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- |"
)


class Latency(NamedTuple):
    """Latencies in order, in milliseconds, and what the ops cost the server."""

    waits_ms: Sequence[float]
    seconds: float
    cpu_s: float

    def at(self, share: float) -> float:
        """Return the latency that *share* of the ops did not exceed."""
        return self.waits_ms[min(int(share * len(self.waits_ms)), len(self.waits_ms) - 1)]

    def __str__(self) -> str:
        """Return a row of the table."""
        count = len(self.waits_ms)
        shares = " | ".join(f"{self.at(share):.1f} ms" for share in (0.5, 0.9, 0.99, 0.999, 1))
        return (
            f"| {count / self.seconds:,.0f} | {shares} | {self.cpu_s / count * 1e6:.0f} µs"
            f" | {self.cpu_s / self.seconds:.0%} |"
        )


class TimedTab:
    """A tab that keeps when its ops in flight were due; `answered` is set if there are none."""

    def __init__(self, waits_ms: list[float]) -> None:
        self.answered = asyncio.Event()
        self.answered.set()
        self._waits_ms = waits_ms
        self._due_s: deque[float] = deque()
        self._n = 0
        self._tab: LightTab | None = None

    async def open(self, shop: MeasuredShop, account: Account) -> None:
        """Open the tab."""
        self._tab = await shop.open(account, self._on_message)

    def submit(self, due_s: float, chance: random.Random) -> None:
        """Submit an op that was due at *due_s*."""
        assert self._tab
        self._n += 1
        self._due_s.append(due_s)
        self.answered.clear()
        sku, qty = chance.choice(SKUS).encode(), chance.randint(1, MAX_QTY)
        self._tab.send(OP % (self._n, sku, qty))

    def close(self) -> None:
        """Close the tab."""
        assert self._tab
        self._tab.close()

    def _on_message(self, text: bytes) -> None:
        if text.startswith(b'{"t":"ok"'):
            self._waits_ms.append((time.perf_counter() - self._due_s.popleft()) * 1000)
            if not self._due_s:
                self.answered.set()
        elif text.startswith(b'{"t":"no"'):
            raise ValueError(msgspec.json.decode(text))


async def measure_latency(
    shop: MeasuredShop, accounts: Sequence[Account], rate: float, seconds: float
) -> Latency:
    """Submit *rate* ops a second at random times, each from a random tab, for *seconds*."""
    waits_ms: list[float] = []
    tabs = [TimedTab(waits_ms) for _ in range(len(accounts) * TABS)]
    for tab, account in zip(tabs, [*accounts] * TABS, strict=True):
        await tab.open(shop, account)
    await _submit(tabs, rate, 1)
    waits_ms.clear()
    gc.disable()  # The collector of this process would be taken for a stall of the server.
    before = shop.cost.cpu_s
    await _submit(tabs, rate, seconds)
    cpu_s = shop.cost.cpu_s - before
    gc.enable()
    for tab in tabs:
        tab.close()
    return Latency(sorted(waits_ms), seconds, cpu_s)


async def _submit(tabs: Sequence[TimedTab], rate: float, seconds: float) -> None:
    chance = random.Random(1)  # noqa: S311 - the same times in each run
    due_s = time.perf_counter()
    end_s = due_s + seconds
    while (due_s := due_s + chance.expovariate(rate)) < end_s:
        await _wait_until(due_s)
        chance.choice(tabs).submit(due_s, chance)
    for tab in tabs:
        await tab.answered.wait()


async def _wait_until(due_s: float) -> None:
    """Wait, in the end busily, as the timers of uvloop are exact to a millisecond only."""
    while (left_s := due_s - time.perf_counter()) > 0:  # noqa: ASYNC110
        await asyncio.sleep(left_s - SPIN_S if left_s > SPIN_S else 0)


async def main(share: float, seconds: float, rounds: int) -> None:
    """Find the highest rate, and print a row for each round at *share* of it."""
    with measured_shop() as shop:
        accounts = await shop.register(ACCOUNTS)
        full = await measure(shop, accounts, TABS, seconds)
        highest = full.done / full.took_s
        print(f"The highest rate is {highest:,.0f} ops a second.\n\n{HEAD}")
        for _ in range(rounds):
            print(await measure_latency(shop, accounts, share * highest, seconds), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=0.5)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=3)
    uvloop.run(main(**vars(parser.parse_args())))
