"""Abusive clients cost little memory, do not slow others down, and leave nothing behind."""

import asyncio
import json
import sys
from collections.abc import Iterator

import pytest

from tests.e2e.raw_client import new_shopper
from tests.e2e.raw_http import handshake
from tests.e2e.server import ROOT
from tests.notes import Note
from tests.wire_proof.measured_server import MeasuredServer
from tests.wire_proof.other_shoppers import OtherShoppers, other_shoppers

TIMES_IN_TEST = {"flood_headers": 100, "flood_ops": 10, "read_nothing": 20, "come_and_go": 2000}
"""Repetitions of each abuse in bin/test."""
TIMES_IN_PROVE = {
    "drip_headers": 40,
    "flood_pings": 10,
    "say_no_hello": 30,
    "have_no_login": 100,
    "guess_passwords": 200,
    "come_and_go": 20_000,
}
"""Repetitions of each abuse in bin/prove only."""
MAX_DELAY_MS = 200
"""The typical wait may grow by this: a shop that was stopped by the abuse is slow every time."""
MAX_PEAK_KIB = 48 * 1024
MAX_LEFT_KIB = 24 * 1024
"""Memory that Python keeps after a peak; it does not grow with the repetitions."""
MORE_DATABASE_CONNECTIONS = 4
"""Connections to the database that may be opened meanwhile, and stay open."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MeasuredServer]:
    """Return a shop with its usual limits."""
    home = tmp_path_factory.mktemp("shop")
    server = MeasuredServer(home, log="warning")
    server.start()
    yield server
    server.end()
    assert server.error_events() == []


async def abuse(shop: MeasuredServer, name: str, times: int) -> None:
    """Run the abuse *name* in a process of its own, and wait until it exits."""
    mallory = await new_shopper(shop)
    arguments = {
        "name": name,
        "port": shop.port,
        "host": shop.host,
        "greeting": handshake(shop, f"Cookie: {mallory.cookie}").decode(),
        "without_login": handshake(shop).decode(),
        "times": times,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.wire_proof.abuse"), cwd=ROOT, stdin=asyncio.subprocess.PIPE
    )
    await process.communicate(json.dumps(arguments).encode())
    assert process.returncode == 0


async def shop_in_peace(shop: MeasuredServer) -> OtherShoppers:
    """Run ordinary shoppers alone; return their measurements."""
    async with other_shoppers(shop) as shoppers:
        await asyncio.sleep(2)
    return shoppers


async def shop_during_abuse(shop: MeasuredServer, name: str, times: int) -> OtherShoppers:
    """Run ordinary shoppers during the abuse; return their measurements."""
    async with other_shoppers(shop) as shoppers:
        await abuse(shop, name, times)
    return shoppers


@pytest.mark.parametrize(
    ("name", "times"),
    [
        *(pytest.param(*one, marks=pytest.mark.timeout(600)) for one in TIMES_IN_TEST.items()),
        *(
            pytest.param(*one, marks=(pytest.mark.long, pytest.mark.timeout(2400)))
            for one in TIMES_IN_PROVE.items()
        ),
    ],
)
async def test_abuse_costs_little_memory_does_not_slow_others_and_leaves_nothing_behind(
    shop: MeasuredServer, name: str, times: int, record_property: Note
) -> None:
    baseline = await shop_in_peace(shop)
    before = await shop.settled_resources()
    before = before._replace(files=before.files + MORE_DATABASE_CONNECTIONS)

    observed = await shop_during_abuse(shop, name, times)

    after = await shop.settled_resources(before)
    grown_kib, left_kib = (kib - before.memory_kib for kib in (observed.peak_kib, after.memory_kib))
    record_property(
        f"{name} {times:,} times",
        f"median {observed.percentile_ms(0.5):.1f} and p99 {observed.percentile_ms(0.99):.1f} ms"
        f" of {len(observed.waits_s):,} answers, {baseline.percentile_ms(0.5):.1f} and"
        f" {baseline.percentile_ms(0.99):.1f} before,"
        f" {grown_kib:+,} KiB at most, {left_kib:+,} KiB after",
    )
    assert observed.percentile_ms(0.5) <= baseline.percentile_ms(0.5) + MAX_DELAY_MS
    assert grown_kib < MAX_PEAK_KIB
    assert left_kib < MAX_LEFT_KIB
    assert after.files <= before.files
    assert after.tasks <= before.tasks
