"""Compares this shop with a naive implementation in one run, and measures memory and fan-out.

    python -m bench.compare [--seconds 5] [--long]

The server runs on one core and the client on the other; the same client loads both shops. `--long`
adds 10,000 idle websockets and as many tabs that watch a price, which takes minutes.
"""

import argparse
import platform
import sqlite3
from importlib.metadata import version

import uvloop

from bench import connects, fanout, memory, scaling
from bench.operations import SHAPES, WINDOWS, Measurement, measure
from bench.shop import NaiveServer, measured_shop
from tests.e2e.server import Server

VERSIONS = ("quart", "uvicorn", "uvloop", "sqlalchemy", "pysqlite3", "aiosqlite")
HEAD = (
    "| accounts x tabs | under way in each account | this shop | the obvious way | ratio |\n"
    "| --- | --- | --- | --- | --- |"
)


async def shapes(kind: type[Server], seconds: float) -> list[Measurement]:
    """Measure each shape and window on a server of this kind."""
    with measured_shop(kind) as shop:
        accounts = await shop.register(max(count for count, _ in SHAPES))
        return [
            await measure(shop, accounts[:count], tabs, seconds, window=window)
            for window in WINDOWS
            for count, tabs in SHAPES
        ]


def print_environment() -> None:
    """Print the versions of the main packages, and the architecture."""
    versions = ", ".join(f"{name} {version(name)}" for name in VERSIONS)
    print(f"Python {platform.python_version()}, {versions}, {platform.machine()}")
    print(f"(the obvious way runs on Python's own SQLite {sqlite3.sqlite_version})\n")


async def main(seconds: float, *, long: bool) -> None:
    """Print all tables."""
    print_environment()
    this_shop, naive = await shapes(Server, seconds), await shapes(NaiveServer, seconds)
    print(HEAD)
    for one, other in zip(this_shop, naive, strict=True):
        ratio = one.per_cpu_s / other.per_cpu_s
        print(
            f"| {one.shape} | {one.window} | {one.us:.0f} µs | {other.us:,.0f} µs | {ratio:.1f} |"
        )
    print()
    await memory.main(10_000 if long else 1000, open_s=0, held=0)
    await connects.main(2000)
    print()
    await fanout.main([100, 1000, *([10_000] if long else [])])
    print()
    await scaling.main(seconds, [100, 1000, *([10_000] if long else [])])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--long", action="store_true", help="measure what takes minutes, too")
    uvloop.run(main(**vars(parser.parse_args())))
