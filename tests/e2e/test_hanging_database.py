"""A database server that hangs: everybody gets an answer, and nothing is lost or done twice."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.databases import Cluster, open_cluster
from tests.e2e.catalog import APPLES, BREAD
from tests.e2e.raw_client import Answer, RawSocket, Shopper, new_shopper, op, send
from tests.e2e.server import Server, free_port
from tests.notes import Note
from tests.waiting import SLOW_MACHINE_S

ANSWER_S, WHOLE_S = 5.0, 3.0
ENDS_S = 15.0


@pytest.fixture(scope="module")
def cluster(postgresql: Path) -> Iterator[Cluster]:
    """Return a PostgreSQL server that may hang."""
    with open_cluster(postgresql) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def shop(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a shop on that server."""
    metrics = f"127.0.0.1:{free_port()}"
    shop = Server(tmp_path_factory.mktemp("shop"), cluster.new(), metrics=metrics)
    shop.start()
    yield shop
    shop.end()
    assert shop.error_events() == []


@pytest.fixture
async def ada(shop: Server) -> AsyncIterator[Shopper]:
    """Return a shopper who is signed in."""
    async with await new_shopper(shop) as shopper:
        yield shopper


async def timed(answer: Awaitable[Answer]) -> tuple[Answer, float]:
    """Return an answer, and how many seconds it took."""
    began_s = time.monotonic()
    return await answer, time.monotonic() - began_s


async def readiness(shop: Server) -> Answer:
    """Ask whether the shop is ready."""
    port = int(shop.environment["SHOP_METRICS"].rpartition(":")[2])
    return await asyncio.to_thread(send, port, "GET", "/readyz", None, {})


async def busy_s(tab: RawSocket, n: int) -> float:
    """Send an op, and return how long it took until it was put off."""
    began_s = time.monotonic()
    await tab.send_frame("op", n=n, k="line.add", sku=APPLES, qty=1)
    while (told := await tab.receive()).get("n") != n:
        pass
    assert told == {"t": "no", "n": n, "code": "busy", "retry_ms": told["retry_ms"]}
    return time.monotonic() - began_s


async def accepted_s(tab: RawSocket, n: int) -> float:
    """Send an op until it is accepted, and return how long that took."""
    began_s = time.monotonic()
    while True:
        await tab.send_frame("op", n=n, k="line.add", sku=APPLES, qty=1)
        while (told := await tab.receive()).get("n") != n:
            pass
        if told["t"] == "ok":
            return time.monotonic() - began_s
        assert told["code"] == "busy"
        await asyncio.sleep(told["retry_ms"] / 1000)


@pytest.mark.parametrize("hangs_s", [8.0, pytest.param(60.0, marks=pytest.mark.long)])
async def test_while_the_database_hangs_everybody_is_answered_and_nothing_is_lost(
    hangs_s: float, shop: Server, cluster: Cluster, ada: Shopper, record_property: Note
) -> None:
    tab, visitor, outbox = await ada.tab(), Shopper(shop), str(uuid4())
    bread = op(1, "line.add", sku=BREAD, qty=1)
    assert (await tab.submit(1, "line.add", sku=APPLES, qty=1))["t"] == "ok"
    with cluster.hanging():
        waking = asyncio.create_task(asyncio.sleep(hangs_s))
        put_off_s, *answers = await asyncio.gather(
            busy_s(tab, 2),
            timed(ada.send("GET", "/cart")),
            timed(ada.send("GET", "/api/cart")),
            timed(ada.ops(outbox, bread)),
            timed(readiness(shop)),
            timed(visitor.send("GET", "/shop")),
        )
        later = await asyncio.gather(
            timed(ada.send("GET", "/orders")), timed(ada.send("GET", "/api/orders"))
        )
        await waking
    whole_s = await accepted_s(tab, 2)

    record_property("put off after s", round(put_off_s, 2))
    record_property("answered after s", [round(seconds, 2) for _, seconds in answers])
    record_property("answered later after s", [round(seconds, 2) for _, seconds in later])
    record_property("whole again after s", round(whole_s, 2))
    assert put_off_s < ANSWER_S + SLOW_MACHINE_S
    first_s = max(seconds for _, seconds in answers)
    assert first_s < ANSWER_S + SLOW_MACHINE_S
    *unavailable, shelves = (answer for answer, _ in answers)
    assert {answer.status for answer in unavailable} == {503}
    assert all("retry-after" in answer.headers for answer in unavailable[:3])
    assert b"try again" in unavailable[0].body.lower()
    assert shelves.status == 200
    assert [answer.status for answer, _ in later] == [503, 503]
    assert max(seconds for _, seconds in later) < first_s, "it is known by then"
    assert whole_s < WHOLE_S + SLOW_MACHINE_S
    assert (await readiness(shop)).status == 200
    assert (await ada.ops(outbox, bread)).status == 200
    assert await ada.quantities() == {APPLES: 2, BREAD: 1}


async def test_a_server_ends_in_time_while_its_database_hangs(
    cluster: Cluster, tmp_path: Path, record_property: Note
) -> None:
    shop = Server(tmp_path, cluster.new())
    await asyncio.to_thread(shop.start)
    async with await new_shopper(shop) as ada:
        tab = await ada.tab()
        with cluster.hanging():
            await tab.send_frame("op", n=1, k="line.add", sku=APPLES, qty=1)
            began_s = time.monotonic()
            shop.send_signal(signal.SIGTERM)
            code = await asyncio.to_thread(shop.exit_code)
            took_s = time.monotonic() - began_s
    record_property("ended after s", round(took_s, 2))
    assert code == 0
    assert took_s < ENDS_S + SLOW_MACHINE_S
    assert shop.error_events() == []
