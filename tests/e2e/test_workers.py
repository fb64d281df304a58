"""Several worker processes that listen on one port."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.e2e.catalog import APPLES
from tests.e2e.raw_client import RawSocket, Shopper, new_shopper, send
from tests.e2e.server import Server, free_port, run_command
from tests.e2e.shared import Shared, open_shared
from tests.metrics.reader import read

BOTH = {"w-1", "w-2"}
TIMEOUT_S = 60


@pytest.fixture(scope="module")
def shared() -> Iterator[Shared]:
    """Return the PostgreSQL and the Redis that the workers share."""
    with open_shared() as shared:
        yield shared


@pytest.fixture
def pair(shared: Shared, tmp_path: Path) -> Iterator[Server]:
    """Return a server with two workers."""
    settings = {"redis": shared.redis.url, "metrics": f"127.0.0.1:{free_port(in_a_row=2)}"}
    server = Server(tmp_path, shared.cluster.new(), node="w", sockets=100, **settings)
    server.arguments = ("run", "--workers", "2")
    server.start()
    yield server
    server.end()


@pytest.fixture
async def ada(pair: Server) -> AsyncIterator[Shopper]:
    """Return a shopper with a new account."""
    async with await new_shopper(pair) as shopper:
        yield shopper


def children(server: Server) -> set[int]:
    """Return the pids of the worker processes; multiprocessing's resource tracker is excluded."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":\t", 1) for line in status.read_text().splitlines())
            command = (status.parent / "cmdline").read_text()
        except (FileNotFoundError, ProcessLookupError, ValueError):
            continue
        if fields["PPid"] == str(server.running.pid) and "spawn_main" in command:
            found.add(int(fields["Pid"]))
    return found


def is_running(pid: int) -> bool:
    """Return whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def open_tabs(shopper: Shopper, count: int) -> tuple[list[RawSocket], set[str]]:
    """Open tabs, and return them with the names of the workers that accepted their websockets.

    The cart is owned by one of the workers, which logs whatever it serves. The other logs what it
    relays.
    """
    known = len(shopper.server.events())
    tabs = [await shopper.tab() for _ in range(count)]
    new = shopper.server.events()[known:]
    owners = {event["node"] for event in new if event["event"] == "socket opened"}
    assert owners == {tab.welcome["node"] for tab in tabs}
    relayed = [event for event in new if event["event"] == "socket relayed"]
    edges = {event["node"] for event in relayed}
    return tabs, edges | (owners if len(relayed) < count else set())


async def test_both_workers_serve_one_port_and_one_cart(ada: Shopper) -> None:
    tabs, workers = await open_tabs(ada, 10)
    while workers != BOTH:  # the kernel may have chosen one of them ten times
        await asyncio.gather(*(tab.cut() for tab in tabs))
        tabs, workers = await open_tabs(ada, 10)

    await tabs[0].send_frame("op", n=1, k="line.add", sku=APPLES, qty=2)

    patches = [await tab.expect("patch") for tab in tabs]
    assert patches == [patches[0]] * len(tabs)


async def test_each_worker_serves_metrics_at_its_own_port(pair: Server, ada: Shopper) -> None:
    for tab in [await ada.tab() for _ in range(8)]:
        await tab.receive_pending()

    first = int(pair.environment["SHOP_METRICS"].rpartition(":")[2])
    answers = [
        await asyncio.to_thread(send, port, "GET", "/metrics", None, {})
        for port in (first, first + 1)
    ]
    metrics = [read(answer.body.decode()) for answer in answers]

    assert [one.number("shop_info", node=f"w-{n}") for n, one in enumerate(metrics, 1)] == [1, 1]
    assert sum(one.number("shop_sockets") for one in metrics) == 8


async def test_a_worker_that_dies_is_replaced_and_nothing_is_lost(
    pair: Server, ada: Shopper
) -> None:
    first = await ada.tab()
    assert (await first.submit(1, "line.add", sku=APPLES, qty=2))["t"] == "ok"
    before = children(pair)
    assert len(before) == 2

    killed = min(before)
    os.kill(killed, signal.SIGKILL)
    async with asyncio.timeout(TIMEOUT_S):
        while len(after := children(pair) - {killed}) < 2:  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.1)
        while (await open_tabs(ada, 8))[1] != BOTH:
            pass

    assert len(after & before) == 1
    assert await ada.quantities() == {APPLES: 2}
    assert "is replaced" in pair.log.read_text()


async def test_when_the_parent_is_killed_the_workers_end(pair: Server, ada: Shopper) -> None:
    await ada.tab()
    workers = children(pair)

    pair.kill()

    async with asyncio.timeout(TIMEOUT_S):
        while any(map(is_running, workers)):  # noqa: ASYNC110 - they are not child processes
            await asyncio.sleep(0.1)


@pytest.mark.smoke
async def test_a_shutdown_closes_all_tabs_and_ends_all_workers(pair: Server, ada: Shopper) -> None:
    tabs = [await ada.tab() for _ in range(8)]
    workers = children(pair)

    pair.send_signal(signal.SIGTERM)

    assert {(await tab.close_frame()).code for tab in tabs} == {1012}
    assert await asyncio.to_thread(pair.exit_code) == 0
    assert not any(map(is_running, workers))
    assert pair.error_events() == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("--workers", "2"), "SHOP_REDIS"), (("--workers", "0"), "a number from 1")],
)
def test_invalid_worker_settings_are_reported_in_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    server = Server(tmp_path)

    ended = run_command("run", *arguments, environment=server.environment)

    assert ended.returncode == 2
    assert message in ended.stderr
    assert ended.stderr.count("\n") == 1
