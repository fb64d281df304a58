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
from tests.percentiles import percentile_ms

FILES = 600
EACH = 150
"""Connections of each kind: together twice as many as there are descriptors."""
ATTACK_S = 30.0
"""Twice as long as any connection may be held without a whole request."""
MORE_FILES = 10
"""Connections to the database that are opened meanwhile, and stay open."""
SHOPPERS = 4
EVERY_S = 0.11
SLOWER, LEAST_MS = 2, 25.0
"""How much longer the typical wait may be; and below which wait a machine's other work decides."""


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

    def percentiles_ms(self, share: float) -> tuple[float, float]:
        """Return the wait that *share* of verdicts and of pages did not exceed, in milliseconds."""
        return percentile_ms(self.verdicts_s, share), percentile_ms(self.pages_s, share)


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


@pytest.mark.timeout(600)
async def test_held_connections_of_one_address_keep_no_shopper_out(
    small: Server, record_property: Note
) -> None:
    names = list(kinds(small.host))
    before = files_of(small)
    quiet, _ = await shopping(small, [], 8)
    waits, outcomes = await shopping(small, names, ATTACK_S)

    longest_s = {name: round(one.longest_s, 1) for name, one in zip(names, outcomes, strict=True)}
    record_property(
        f"{EACH} held connections of each of {len(names)} kinds, {FILES} descriptors",
        f"medians of verdicts and pages {waits.percentiles_ms(0.5)} ms,"
        f" {quiet.percentiles_ms(0.5)} before; p99 {waits.percentiles_ms(0.99)},"
        f" {quiet.percentiles_ms(0.99)} before; longest {longest_s}",
    )
    assert [one.open_at_end for one in outcomes] == [0] * len(names)
    for wait_ms, quiet_ms in zip(waits.percentiles_ms(0.5), quiet.percentiles_ms(0.5), strict=True):
        assert wait_ms <= SLOWER * max(quiet_ms, LEAST_MS)
    assert files_of(small) <= before + MORE_FILES
    logged = [one for one in small.events() if one["event"] == "connections refused or ended"]
    assert 1 <= len(logged) <= 2
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
