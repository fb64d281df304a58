"""Measure this shop beside the obvious way to write it, in one run, and what else it costs.

    python -m bench.compare [--seconds 5] [--long]

The server has one core and whoever measures the other; both shops are pushed by the same client.
`--long` adds 10,000 idle sockets and as many tabs that hear of a price, which takes minutes.
"""

import argparse
import platform
import sqlite3
from importlib.metadata import version

import uvloop

from bench import connects, fanout, growth, memory
from bench.operations import SHAPES, Measured, measure
from bench.shop import ObviousServer, measured_shop
from tests.e2e.server import Server

WINDOWS = (1, 8, 32)
"""Ops that each account has under way."""
VERSIONS = ("quart", "uvicorn", "uvloop", "sqlalchemy", "pysqlite3", "aiosqlite")
HEAD = (
    "| accounts x tabs | under way in each account | this shop | the obvious way | ratio |\n"
    "| --- | --- | --- | --- | --- |"
)


async def shapes(kind: type[Server], seconds: float) -> list[Measured]:
    """Measure each shape on a shop of this kind, with few ops under way and with many."""
    with measured_shop(kind) as shop:
        accounts = await shop.register(max(count for count, _ in SHAPES))
        return [
            await measure(shop, accounts[:count], tabs, seconds, window=window)
            for window in WINDOWS
            for count, tabs in SHAPES
        ]


def say_where() -> None:
    """Print what this was measured on."""
    told = ", ".join(f"{name} {version(name)}" for name in VERSIONS)
    print(f"Python {platform.python_version()}, {told}, {platform.machine()}")
    print(f"(the obvious way runs on Python's own SQLite {sqlite3.sqlite_version})\n")


async def main(seconds: float, *, long: bool) -> None:
    """Print all tables."""
    say_where()
    ours, theirs = await shapes(Server, seconds), await shapes(ObviousServer, seconds)
    print(HEAD)
    windows = [window for window in WINDOWS for _ in SHAPES]
    for window, one, other in zip(windows, ours, theirs, strict=True):
        ratio = one.per_cpu_s / other.per_cpu_s
        print(f"| {one.shape} | {window} | {one.us:.0f} µs | {other.us:,.0f} µs | {ratio:.1f} |")
    print()
    await memory.main(10_000 if long else 1000)
    await connects.main(2000)
    print()
    await fanout.main([100, 1000, *([10_000] if long else [])])
    print()
    await growth.main(seconds, [100, 1000, *([10_000] if long else [])])


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seconds", type=float, default=5.0)
    words.add_argument("--long", action="store_true", help="measure what takes minutes, too")
    uvloop.run(main(**vars(words.parse_args())))
