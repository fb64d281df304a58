"""Metrics and probes of a real server."""

import asyncio
import signal
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from app.store.engines import connect
from tests.databases import locked
from tests.e2e.catalog import APPLES, GHOST
from tests.e2e.conftest import ServerFactory
from tests.e2e.event_tab import EventTabs
from tests.e2e.raw_client import Answer, Shopper, new_shopper, send
from tests.e2e.server import Server, free_port
from tests.metrics.reader import ParsedMetrics, read

DRAIN_MS = 3000


@pytest.fixture
def monitored(server_factory: ServerFactory) -> Server:
    """Return a shop with an address for metrics and probes."""
    return server_factory.open(metrics=f"127.0.0.1:{free_port()}", drain_ms=DRAIN_MS, node="w7")


@pytest.fixture
def engine(monitored: Server) -> Iterator[Engine]:
    """Return a second engine on its database."""
    engine = connect(monitored.database)
    yield engine
    engine.dispose()


async def get_internal(shop: Server, path: str) -> Answer:
    """Send a GET request to the address for metrics and probes."""
    port = int(shop.environment["SHOP_METRICS"].rpartition(":")[2])
    return await asyncio.to_thread(send, port, "GET", path, None, {})


async def read_metrics(shop: Server) -> ParsedMetrics:
    """Return the exported metrics."""
    return read((await get_internal(shop, "/metrics")).body.decode())


async def test_counters_and_gauges_match_what_happened(monitored: Server) -> None:
    async with await new_shopper(monitored) as ada, await new_shopper(monitored) as bob:
        first, second = await ada.tab(), await ada.tab()
        await first.submit(1, "line.add", sku=APPLES, qty=2)
        await first.submit(2, "line.add", sku=GHOST, qty=1)
        await second.receive_pending()
        await second.close()
        again = await ada.tab(at=first.at)
        epoch, rev, _ = (first.at or "").split(".")
        ahead = f"{epoch}.{int(rev) + 1}.{'0' * 16}"
        await ada.tab(at=ahead)
        await bob.send("DELETE", "/api/session")
        await bob.socket()
        await again.receive_pending()

        metrics = await read_metrics(monitored)

    assert metrics.number("shop_info", node="w7") == 1
    assert metrics.number("shop_verdicts_total", code="ok") == 1
    assert metrics.number("shop_verdicts_total", code="unknown_sku") == 1
    assert metrics.number("shop_verdicts_total", code="sold_out") == 0
    assert metrics.number("shop_answer_seconds_count") == 2
    assert metrics.number("shop_commit_seconds_count") == 2
    assert metrics.number("shop_saves_total", fate="saved") == 2
    assert metrics.number("shop_welcomes_total", mode="snapshot", why="first") == 2
    assert metrics.number("shop_welcomes_total", mode="same", why="") == 1
    assert metrics.number("shop_welcomes_total", mode="snapshot", why="future") == 1
    assert metrics.number("shop_alarms_total", kind="future") == 1
    assert metrics.number("shop_closes_total", code="1000") == 1
    assert metrics.number("shop_closes_total", code="4401") == 1
    assert (metrics.number("shop_sockets"), metrics.number("shop_carts")) == (3, 1)
    assert metrics.number("shop_carts_waiting") == metrics.number("shop_wishes_waiting") == 0
    assert metrics.number("shop_unread_frames") == metrics.number("shop_unread_frames_most") == 0
    assert metrics.number("process_cpu_seconds_total") > 0
    assert metrics.number("process_open_fds") > 3


async def test_refused_handshakes_and_event_streams_are_counted(
    monitored: Server, tabs: EventTabs
) -> None:
    async with await new_shopper(monitored) as ada, await new_shopper(monitored) as bob:
        stays, leaves, ends = await tabs.of(ada), await tabs.of(ada), await tabs.of(bob)
        await stays.expect("welcome")
        while await stays.expect("tabs") != {"t": "tabs", "n": 2}:
            continue
        await leaves.drop()
        await stays.expect("tabs")
        await bob.send("DELETE", "/api/session")
        await ends.close_frame()
        ping = {"t": "ping", "id": 1}
        assert [(await each.send(ada, ping)).status for each in (stays, ends)] == [204, 404]
        metrics = await read_metrics(monitored)

    assert metrics.number("shop_sockets") == metrics.number("shop_event_streams") == 1
    assert metrics.number("shop_event_streams_opened_total") == 3
    ended, frames = "shop_event_streams_ended_total", "shop_event_frames_total"
    assert [metrics.number(ended, by=by) for by in ("client", "server")] == [1, 1]
    fates = [metrics.number(frames, fate=fate) for fate in ("done", "unknown", "full")]
    assert fates == [1, 1, 0]
    async with Shopper(monitored) as anonymous:
        answer = await anonymous.send(
            "GET",
            "/ws",
            Connection="Upgrade",
            Upgrade="websocket",
            Origin="https://elsewhere.example",
            Sec_WebSocket_Key="AAAAAAAAAAAAAAAAAAAAAA==",
            Sec_WebSocket_Version="13",
        )

    assert answer.status == 403
    assert (await read_metrics(monitored)).number(
        "shop_handshakes_refused_total", status="403"
    ) == 1


async def test_metrics_and_probes_are_not_served_at_the_public_address(monitored: Server) -> None:
    async with Shopper(monitored) as anonymous:
        for path in ("/metrics", "/healthz", "/readyz"):
            assert (await anonymous.send("GET", path)).status == 404


async def test_a_server_that_cannot_save_is_alive_but_not_ready(
    monitored: Server, engine: Engine
) -> None:
    assert (await get_internal(monitored, "/readyz")).body == b"ready\n"

    with locked(engine):
        answer = await get_internal(monitored, "/readyz")
        alive = await get_internal(monitored, "/healthz")

    assert (answer.status, answer.body) == (503, b"not ready: the database is away\n")
    assert alive.status == 200
    assert (await get_internal(monitored, "/readyz")).status == 200


async def test_a_draining_server_is_not_ready_while_it_still_serves_tabs(
    monitored: Server,
) -> None:
    async with await new_shopper(monitored) as ada:
        tab = await ada.tab()
        monitored.send_signal(signal.SIGTERM)
        await tab.expect("drain")

        answer = await get_internal(monitored, "/readyz")
        metrics = await read_metrics(monitored)
        await tab.submit(1, "line.add", sku=APPLES, qty=1)

        assert (await tab.close_frame()).code == 1012
    assert (answer.status, answer.body) == (503, b"not ready: the server is about to end\n")
    assert metrics.number("shop_sockets") == 1
    assert await asyncio.to_thread(monitored.exit_code) == 0


async def test_a_taken_metrics_address_is_reported_in_one_sentence(
    monitored: Server, server_factory: ServerFactory
) -> None:
    taken = server_factory.build(metrics=monitored.environment["SHOP_METRICS"])

    done = await asyncio.to_thread(taken.command, "run")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("shop: nobody can listen on 127.0.0.1:")
    assert "Set SHOP_METRICS to another address" in done.stderr
