"""Times every page and the API in a small shop and in a large one, in turns.

    python -m bench.growth [--on sqlite|postgresql] [--rounds 15]
    python -m bench.growth suggestions [--on sqlite|postgresql]
    python -m bench.growth fill DATABASE [--products 20000] [--accounts 200000] [--orders 200000]

The second types the queries of `tests/http/catalog/queries.txt` into the search field of a large
shop, key by key. The third fills a database that a shop has seeded, for trying things out by hand;
`bench.growth` makes temporary ones.

Times of pages are medians of one request at a time, CPU is the server's. Meanwhile a second visitor
asks for one product again and again; the longest of these waits is the last column.
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from app.store.engines import connect
from app.store.migrations import migrate
from app.store.queries import run_query
from app.store.seed import seed
from bench.growth.fill import Filler, Size
from bench.growth.suggestions import time_suggestions
from bench.growth.timing import Comparison, GrownShop, compare
from tests.databases import KINDS, Databases, Files, find_postgresql, open_cluster

SMALL = Size(products=240, accounts=100, orders=100)
LARGE = Size(products=20_000, accounts=200_000, orders=200_000)


def fill(url: str, size: Size) -> None:
    """Seed the database at *url* and fill it up to *size*."""
    engine = connect(url)
    migrate(engine)
    run_query(engine, seed)
    run_query(engine, lambda connection: Filler(connection, int(time.time())).fill(size))
    engine.dispose()


def measure(kind: str, rounds: int) -> None:
    """Print the table of one kind of database."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        databases = stack.enter_context(_databases(kind, folder))
        shops = []
        for name, size in (("small", SMALL), ("large", LARGE)):
            home = folder / name
            home.mkdir()
            url = databases.new()
            fill(url, size)
            shops.append(stack.enter_context(GrownShop(home, url)))
        _print(kind, shops[0], shops[1], rounds)


def measure_suggestions(kind: str) -> None:
    """Print how long suggestions take in a shop with many products."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        url = stack.enter_context(_databases(kind, folder)).new()
        fill(url, SMALL._replace(products=LARGE.products))
        count, ms, cpu_ms = time_suggestions(stack.enter_context(GrownShop(folder, url)))
    print(f"\n{kind}: {count} suggestions, {LARGE.products:,} products\n")
    print("| | p50, ms | p95, ms | p99, ms | most, ms |\n| --- | --- | --- | --- | --- |")
    for name, times in (("elapsed", ms), ("CPU", cpu_ms)):
        print(f"| {name} | {' | '.join(f'{each:.1f}' for each in times)} |")


def _print(kind: str, small: GrownShop, large: GrownShop, rounds: int) -> None:
    print(f"\n{kind}: small started in {small.start_s:.1f} s, large in {large.start_s:.1f} s\n")
    print("| page | small, ms | large, ms | ratio | CPU, ms | another waited, ms |")
    print("| --- | --- | --- | --- | --- | --- |")
    for row in compare(small, large, rounds):
        print(_row(row), flush=True)
    more = (large.memory_kib - small.memory_kib) / 1024
    print(f"\nmemory: {small.memory_kib / 1024:.0f} MiB, {more:+.0f} MiB in the large shop")


def _row(row: Comparison) -> str:
    small, large = row.small, row.large
    return (
        f"| {row.page.name} | {small.ms:.1f} | {large.ms:.1f} | {large.ms / small.ms:.2f}"
        f" | {small.cpu_ms:.1f}, {large.cpu_ms:.1f} | {small.other_ms:.0f}, {large.other_ms:.0f} |"
    )


@contextmanager
def _databases(kind: str, folder: Path) -> Iterator[Databases]:
    if kind == "sqlite":
        yield Files(folder)
        return
    if (binaries := find_postgresql()) is None:
        raise SystemExit("There is no PostgreSQL server here (Debian: apt-get install postgresql).")
    with open_cluster(binaries) as cluster:
        yield cluster


def main() -> None:
    """Fill or measure, as the arguments say."""
    parser = argparse.ArgumentParser(prog="bench.growth", description=__doc__)
    parser.add_argument("act", nargs="?", choices=["fill", "suggestions"])
    parser.add_argument("database", nargs="?", help="its URL")
    parser.add_argument("--on", choices=KINDS, action="append")
    parser.add_argument("--rounds", type=int, default=15)
    for name, count in LARGE._asdict().items():
        parser.add_argument(f"--{name}", type=int, default=count)
    given = parser.parse_args()
    if given.act == "fill":
        fill(given.database, Size(given.products, given.accounts, given.orders))
        return
    for kind in given.on or KINDS:
        if given.act == "suggestions":
            measure_suggestions(kind)
        else:
            measure(kind, given.rounds)


if __name__ == "__main__":
    main()
