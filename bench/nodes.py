"""Measures several servers on one database: contention, deploys, outages and workers.

    python -m bench.nodes contention      # one account with busy tabs on two servers
    python -m bench.nodes deploy          # 500 busy sockets behind HAProxy, servers restarted
    python -m bench.nodes outage          # Redis killed for 20 s, PostgreSQL crashed
    python -m bench.nodes workers         # one worker and two, under shop load

Everything runs on this machine: PostgreSQL and Redis (Debian's), the servers, and the clients.
"""

import argparse
import asyncio
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.request import urlopen

from app.load.server import cost
from tests.e2e.balancer import BalancedServers, balanced
from tests.e2e.catalog import PLENTY
from tests.e2e.clickers import Clicker, ClickingAccount, clicking_accounts
from tests.e2e.server import ROOT, Server, environment, free_port
from tests.e2e.shared import Shared, open_shared

SKUS = PLENTY[:90]
DRAIN_MS = 5000
NO_LIMITS = {"limits": "load", "log": "warning"}


class Pair(NamedTuple):
    """Two servers, with the PostgreSQL and Redis that they share."""

    servers: list[Server]
    shared: Shared

    @property
    def origins(self) -> list[str]:
        """The servers' base URLs."""
        return [server.origin for server in self.servers]

    def saves(self) -> Counter[str]:
        """Return the number of saves by outcome (saved, stale …), of both servers."""
        counts: Counter[str] = Counter()
        for server in self.servers:
            metrics = (
                urlopen(f"http://{server.environment['SHOP_METRICS']}/metrics").read().decode()
            )
            for fate, count in re.findall(r'shop_saves_total{fate="(\w+)"} (\S+)', metrics):
                counts[fate] += int(float(count))
        return counts

    def cpu_s(self) -> float:
        """Return the CPU seconds of both servers so far."""
        return sum(cost(server.running.pid).cpu_s for server in self.servers)


@contextmanager
def pair(**changed: object) -> Iterator[Pair]:
    """Run two servers, with *changed* settings."""
    with TemporaryDirectory() as home, open_shared() as shared:
        url = shared.cluster.new()
        servers = []
        for name in ("one", "other"):
            folder = Path(home) / name
            folder.mkdir()
            settings = {"redis": shared.redis.url, "node": name, "metrics": _address(), **NO_LIMITS}
            servers.append(Server(folder, url, **{**settings, **changed}))
        try:
            for server in servers:
                server.start()
            yield Pair(servers, shared)
        finally:
            for server in servers:
                server.end()


async def contention(accounts: int, seconds: float, under_way: int) -> None:
    """Click in two tabs of each account as fast as possible: on two servers, then on one.

    Each tab has so many clicks *under_way* at a time.
    """
    for name, order in (("one account on two servers", (0, 1)), ("each on one server", (0, 0))):
        with pair() as both:
            origins = [both.origins[place] for place in order]
            async with clicking_accounts(origins, accounts) as opened:
                cpu_s, began_s = both.cpu_s(), time.monotonic()
                await _click(_all(opened) * under_way, 0.0, seconds)
                cpu_s, took_s = both.cpu_s() - cpu_s, time.monotonic() - began_s
                clicks = sum([await account.check_converged() for account in opened])
            saves = both.saves()
        waits = sorted(one.longest_s for one in _all(opened))
        print(f"{name}: {clicks:,} clicks in {took_s:.0f} s, all in every tab once;", end=" ")
        print(f"{cpu_s / clicks * 1e6:,.0f} µs of both servers each,", end=" ")
        print(
            f"longest wait {waits[-1]:.2f} s; of {saves['saved'] + saves['stale']:,} saves", end=" "
        )
        print(f"{saves['stale']:,} were stale")


async def deploy(accounts: int, pause_s: float, rolls: int, *, is_direct: bool) -> None:
    """Restart two servers one after the other, *rolls* times, while tabs click.

    The tabs are behind HAProxy, or, with *is_direct*, one of each account is at each server: it
    has to wait until its server is back.
    """
    with _direct() if is_direct else _balanced() as behind:
        origins = [server.origin for server in behind.servers]
        async with clicking_accounts(origins, accounts) as opened:
            clickers = _all(opened)
            done = asyncio.Event()
            clicking = asyncio.gather(*(one.click(SKUS, pause_s, done) for one in clickers))
            await asyncio.sleep(5)
            for one in clickers:
                one.longest_s = 0.0
            exits_s: list[float] = []
            for _ in range(rolls):
                exits_s += await asyncio.to_thread(behind.roll)
            await asyncio.sleep(2)
            done.set()
            await clicking
            clicks = sum([await account.check_converged() for account in opened])
        alarms = sum(len(server.alarms()) for server in behind.servers)
    waits = sorted(one.longest_s for one in clickers)
    sockets = [one.sockets.opened_count - 1 for one in clickers]
    counts = ", ".join(f"{n}: {sockets.count(n)}" for n in sorted({*sockets}))
    print(f"{len(clickers)} sockets, {clicks:,} clicks, all in every tab once; {alarms} alarms")
    logs = [one.sockets for one in clickers]
    failures = Counter(why for log in logs for why in log.failures)
    print(f"servers ended in {', '.join(f'{took_s:.1f} s' for took_s in exits_s)}")
    print(f"new sockets a tab: {counts}; sockets that could not be opened: {dict(failures)}")
    print(f"welcomes that knew less than the tab: {sum(log.forgotten for log in logs)}")
    print(f"longest time without a socket: {_spread(sorted(one.longest_away_s for one in logs))}")
    print(f"wait for a verdict: {_spread(sorted(s for one in clickers for s in one.waits_s))}")
    print(f"longest wait of a tab: {_spread(waits)}")


async def outage(accounts: int, pause_s: float) -> None:
    """Stop Redis for 20 s, and crash PostgreSQL, while tabs click on two servers."""
    with pair() as both:
        async with clicking_accounts(both.origins, accounts) as opened:
            clickers = _all(opened)
            for name in ("nothing", "Redis away for 20 s", "PostgreSQL crashed"):
                done = asyncio.Event()
                for one in clickers:
                    one.longest_s = 0.0
                before = sum(one.clicks for one in clickers)
                clicking = asyncio.gather(*(one.click(SKUS, pause_s, done) for one in clickers))
                await asyncio.sleep(3)
                if name.startswith("Redis"):
                    await asyncio.to_thread(both.shared.redis.kill)
                    await asyncio.sleep(20)
                    await asyncio.to_thread(both.shared.redis.start)
                elif name.startswith("PostgreSQL"):
                    await asyncio.to_thread(both.shared.cluster.stop, signal.SIGQUIT)
                    await asyncio.to_thread(both.shared.cluster.start)
                await asyncio.sleep(5)
                done.set()
                await clicking
                began_s = time.monotonic()
                clicks = sum([await account.check_converged() for account in opened]) - before
                waits = sorted(one.longest_s for one in clickers)
                print(f"{name}: {clicks:,} clicks, all in every tab once", end=" ")
                print(f"{time.monotonic() - began_s:.1f} s after the last; wait {_spread(waits)}")


def workers(accounts: int, seconds: int) -> None:
    """Load one worker, then two, with `shop load --scenario hammer`."""
    for count in (1, 2):
        with TemporaryDirectory() as home, open_shared() as shared:
            server = Server(Path(home), shared.cluster.new(), redis=shared.redis.url, **NO_LIMITS)
            server.arguments = ("run", "--workers", str(count))
            server.start()
            try:
                words = f"load --url {server.origin} --scenario hammer --accounts {accounts}"
                print(f"{count} worker{'s' * (count > 1)}:", flush=True)
                subprocess.run(
                    [sys.executable, "-m", "app.cli", *words.split(), f"--seconds={seconds}"],
                    check=True,
                    cwd=ROOT,
                    env=environment(),
                )
            finally:
                server.end()


@contextmanager
def _balanced() -> Iterator[BalancedServers]:
    settings = {**NO_LIMITS, "drain_ms": DRAIN_MS}
    with (
        open_shared() as shared,
        TemporaryDirectory() as home,
        balanced(Path(home), shared, 2, **settings) as behind,
    ):
        yield behind


@contextmanager
def _direct() -> Iterator[BalancedServers]:
    with pair(drain_ms=DRAIN_MS) as both:
        yield BalancedServers(both.origins[0], both.servers)


def _address() -> str:
    return f"127.0.0.1:{free_port()}"


def _all(opened: Sequence[ClickingAccount]) -> list[Clicker]:
    return [clicker for account in opened for clicker in account.clickers]


async def _click(clickers: Sequence[Clicker], pause_s: float, seconds: float) -> None:
    done = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, done.set)
    await asyncio.gather(*(one.click(SKUS, pause_s, done) for one in clickers))


def _spread(values: Sequence[float]) -> str:
    at = {share: values[min(len(values) - 1, int(share * len(values)))] for share in (0.5, 0.99)}
    return f"p50 {at[0.5]:.2f} s, p99 {at[0.99]:.2f} s, most {values[-1]:.2f} s"


def main() -> None:
    """Run the chosen measurement."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("what", choices=("contention", "deploy", "outage", "workers"))
    parser.add_argument("--accounts", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rolls", type=int, default=1, help="how often a deploy is repeated")
    parser.add_argument("--direct", action="store_true", help="a deploy without a balancer")
    parser.add_argument("--under-way", type=int, default=1, help="clicks of a tab at a time")
    options = parser.parse_args()
    match options.what:
        case "contention":
            asyncio.run(contention(options.accounts, options.seconds, options.under_way))
        case "deploy":
            accounts, rolls = 5 * options.accounts, options.rolls
            asyncio.run(deploy(accounts, 1.0, rolls, is_direct=options.direct))
        case "outage":
            asyncio.run(outage(options.accounts, 0.2))
        case _:
            workers(options.accounts, options.seconds)


if __name__ == "__main__":
    main()
