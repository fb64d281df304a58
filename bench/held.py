"""Measures how long shoppers wait while one address opens and holds thousands of connections.

python -m bench.held [EACH]

Three times: a quiet while, one in which another process burns as much CPU as the attack does but
does not connect, and the attack, with EACH connections of each of seven kinds.
"""

import asyncio
import resource
import statistics
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import uvloop

from app.load.server import cost
from tests.e2e.held import kinds
from tests.e2e.raw_client import new_shopper
from tests.e2e.server import Server
from tests.e2e.test_held_connections import FILES, SHOPPERS, Waits, hold
from tests.percentiles import percentile_ms

RUNS, KINDS = 3, 7
LASTS_S = 14.0
MEMORY = "/dev/shm"  # noqa: S108 - a folder of its own is made in it
"""A database in memory: the waits are those for the server, and not for a disk."""


class Seen(NamedTuple):
    """Percentiles 95 and 99 of the waits for verdicts and pages in ms, and seconds of CPU."""

    verdict_p95: float
    verdict_p99: float
    page_p95: float
    page_p99: float
    server_s: float
    other_s: float


async def seen(shop: Server, meanwhile: Callable[[], Awaitable[object]]) -> Seen:
    """Have shoppers shop while *meanwhile* runs."""
    waits = Waits()
    shoppers = [await new_shopper(shop) for _ in range(SHOPPERS)]
    tasks = [asyncio.create_task(waits.shop(shopper)) for shopper in shoppers]
    await asyncio.sleep(1)
    before = cost(shop.running.pid).cpu_s, _children_s()
    await meanwhile()
    server_s, other_s = cost(shop.running.pid).cpu_s - before[0], _children_s() - before[1]
    waits.stop.set()
    await asyncio.gather(*tasks)
    for shopper in shoppers:
        await shopper.__aexit__()
    return Seen(
        percentile_ms(waits.verdicts_s, 0.95),
        percentile_ms(waits.verdicts_s, 0.99),
        percentile_ms(waits.pages_s, 0.95),
        percentile_ms(waits.pages_s, 0.99),
        server_s,
        other_s,
    )


async def burn(cpu_s: float) -> None:
    """Burn *cpu_s* seconds of CPU in another process."""
    text = f"import time\nwhile time.process_time() < {cpu_s}: pass"
    process = await asyncio.create_subprocess_exec("nice", sys.executable, "-c", text)
    await process.wait()
    await asyncio.sleep(LASTS_S - cpu_s)


async def main(each: int) -> None:
    """Print the medians of all runs."""
    with TemporaryDirectory(dir=MEMORY) as folder:
        shop = Server(Path(folder))
        shop.prefix = ("prlimit", f"--nofile={FILES}:{FILES}", "--")
        shop.start()
        try:
            await _compare(shop, each)
        finally:
            shop.end()


async def _compare(shop: Server, each: int) -> None:
    names = list(kinds(shop.host))[:KINDS]
    quiet, burnt, attacked = [], [], []
    for _ in range(RUNS):
        quiet.append(await seen(shop, lambda: asyncio.sleep(LASTS_S)))
        attacked.append(await seen(shop, lambda: hold(shop, names, LASTS_S, each)))
        burnt.append(await seen(shop, partial(burn, attacked[-1].other_s)))
    rows = {"quiet": quiet, "CPU burnt": burnt, f"{KINDS} x {each:,} held": attacked}
    print(f"{'':20}{' '.join(Seen._fields)}")
    for name, runs in rows.items():
        medians = [statistics.median(column) for column in zip(*runs, strict=True)]
        print(f"{name:20}" + " ".join(f"{value:11.1f}" for value in medians))


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
