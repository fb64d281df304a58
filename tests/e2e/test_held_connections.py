"""A server with few descriptors whose connections are held from one address (CWE-772)."""

import asyncio
import json
import signal
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.e2e.catalog import APPLES
from tests.e2e.conftest import ServerFactory
from tests.e2e.held import Outcome, kinds
from tests.e2e.raw_client import Shopper, new_shopper
from tests.e2e.server import ROOT, Server
from tests.e2e.shared import open_shared
from tests.notes import Note

FILES = 600
EACH = 150
"""Connections of each kind: together twice as many as there are descriptors."""
ATTACK_S = 22.0
LONGEST_S = 15.0
MORE_FILES = 10
"""Connections to the database that are opened meanwhile, and stay open."""
SHOPPERS = 4
EVERY_S = 0.11
TRIES = 3
QUIET_MS = 25.0
"""Below this, a percentile on a shared machine says nothing."""


@pytest.fixture
def small(server_factory: ServerFactory) -> Server:
    """Return a server that may open FILES files."""
    server = server_factory.build()
    server.prefix = ("prlimit", f"--nofile={FILES}:{FILES}", "--")
    server.start()
    return server


class Waits:
    """How long shoppers waited for each verdict, and for each page on a new connection."""

    def __init__(self) -> None:
        self.verdicts_s: list[float] = []
        self.pages_s: list[float] = []
        self.stop = asyncio.Event()

    async def shop(self, shopper: Shopper) -> None:
        """Change a cart and read a page, again and again, until `stop` is set."""
        tab = await shopper.tab()
        n = 0
        while not self.stop.is_set():
            n += 1
            began_s = time.perf_counter()
            assert (await tab.submit(n, "line.set", sku=APPLES, qty=n % 99 + 1))["t"] == "ok"
            self.verdicts_s.append(time.perf_counter() - began_s)
            began_s = time.perf_counter()
            assert (await shopper.send("GET", "/api/cart")).status == 200
            self.pages_s.append(time.perf_counter() - began_s)
            await asyncio.sleep(EVERY_S)

    @property
    def p99_ms(self) -> tuple[float, float]:
        """The 99th percentiles of verdicts and pages, in milliseconds."""
        return _p99_ms(self.verdicts_s), _p99_ms(self.pages_s)


def _p99_ms(waits_s: list[float]) -> float:
    return 1000 * sorted(waits_s)[int(len(waits_s) * 0.99)]


async def shopping(shop: Server, attack: list[str], for_s: float) -> tuple[Waits, list[Outcome]]:
    """Have shoppers shop for *for_s* seconds while connections of the kinds *attack* are held."""
    waits = Waits()
    async with AsyncExitStack() as stack:
        shoppers = [
            await stack.enter_async_context(await new_shopper(shop)) for _ in range(SHOPPERS)
        ]
        tasks = [asyncio.create_task(waits.shop(shopper)) for shopper in shoppers]
        try:
            await asyncio.sleep(1)
            outcomes = await hold(shop, attack, for_s) if attack else []
            await asyncio.sleep(0 if attack else for_s)
        finally:
            waits.stop.set()
            await asyncio.gather(*tasks)
    return waits, outcomes


async def hold(shop: Server, names: list[str], for_s: float, each: int = EACH) -> list[Outcome]:
    """Hold *each* connections of each kind in another process; return what became of them."""
    given = {"port": shop.port, "host": shop.host, "names": names, "each": each, "for_s": for_s}
    process = await asyncio.create_subprocess_exec(
        *("nice", sys.executable, "-m", "tests.e2e.held"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate(json.dumps(given).encode())
    assert process.returncode == 0
    return [Outcome(*one) for one in json.loads(printed)]


def files_of(shop: Server) -> int:
    """Return how many files the server has open."""
    return len(list(Path(f"/proc/{shop.running.pid}/fd").iterdir()))


async def compared(shop: Server, attack: list[str]) -> tuple[Waits, Waits, list[Outcome]]:
    """Have shoppers shop alone, and then while connections are held; return all outcomes."""
    quiet, _ = await shopping(shop, [], 8)
    return quiet, *await shopping(shop, attack, ATTACK_S)


def is_hardly_slower(waits: Waits, quiet: Waits) -> bool:
    """Return whether *waits* are at most twice as long as when it was *quiet*."""
    both = zip(waits.p99_ms, quiet.p99_ms, strict=True)
    return all(ms <= 2 * max(before, QUIET_MS) for ms, before in both)


@pytest.mark.timeout(600)
async def test_held_connections_of_one_address_keep_no_shopper_out(
    small: Server, record_property: Note
) -> None:
    names = list(kinds(small.host))
    before = files_of(small)
    quiet, waits, outcomes = await compared(small, names)
    for _ in range(TRIES - 1):  # other work may have come between
        if not is_hardly_slower(waits, quiet):
            quiet, waits, outcomes = await compared(small, names)

    longest_s = {name: round(one.longest_s, 1) for name, one in zip(names, outcomes, strict=True)}
    record_property(
        f"{EACH} held connections of each of {len(names)} kinds, {FILES} descriptors",
        f"p99 of verdicts and pages {waits.p99_ms}, {quiet.p99_ms} before; longest {longest_s}",
    )
    assert [one.open_at_end for one in outcomes] == [0] * len(names)
    assert max(longest_s.values()) < LONGEST_S
    assert is_hardly_slower(waits, quiet), waits.p99_ms
    assert files_of(small) <= before + MORE_FILES
    logged = [one for one in small.events() if one["event"] == "connections refused or ended"]
    assert 1 <= len(logged) <= 1 + TRIES * 2
    assert logged[0]["mostly_of"] == "127.0.0.9"
    assert len(small.events()) < 500, "an attack does not fill the log"


@pytest.mark.parametrize("name", kinds("shop.example"))
async def test_a_held_connection_breaks_no_shutdown(small: Server, name: str) -> None:
    holding = asyncio.create_task(hold(small, [name], 8, each=5))
    await asyncio.sleep(2)

    small.send_signal(signal.SIGTERM)

    assert await asyncio.to_thread(small.exit_code) == 0
    await holding
    assert small.error_events() == []


@pytest.mark.timeout(600)
async def test_held_connections_break_no_shutdown_of_workers(server_factory: ServerFactory) -> None:
    with open_shared() as shared:
        pair = Server(server_factory.home, shared.cluster.new(), redis=shared.redis.url)
        pair.arguments = ("run", "--workers", "2")
        pair.start()
        holding = asyncio.create_task(hold(pair, list(kinds(pair.host)), 12, each=5))
        await asyncio.sleep(3)

        pair.send_signal(signal.SIGTERM)

        assert await asyncio.to_thread(pair.exit_code) == 0
        await holding
        assert pair.error_events() == []
