"""Readiness, and the responses of the health endpoints."""

import asyncio
from typing import Any

import pytest

from app.domain.errors import DatabaseUnavailable
from app.metrics.prometheus import CONTENT_TYPE
from app.server.health import Health, Readiness


class FakeDatabase:
    """A database whose probes wait until the test lets them answer, and are counted."""

    def __init__(self) -> None:
        self.probes = 0
        self.is_unavailable = False
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def probe(self) -> None:
        """Count the probe, wait for `may_answer`, and raise DatabaseUnavailable if unavailable."""
        self.probes += 1
        await self.may_answer.wait()
        if self.is_unavailable:
            raise DatabaseUnavailable


@pytest.fixture
def database() -> FakeDatabase:
    """Return a database that answers."""
    return FakeDatabase()


@pytest.fixture
def readiness(database: FakeDatabase) -> Readiness:
    """Return the readiness of a server with this database."""
    return Readiness(database.probe)


async def get(health: Health, path: str, method: str = "GET") -> tuple[int, dict[str, str], str]:
    """Return status, headers and text of a response."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> None:
        raise AssertionError

    await health({"type": "http", "method": method, "path": path}, receive, send)
    start, body = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, body["body"].decode()


async def test_the_server_is_ready_while_the_database_answers(
    database: FakeDatabase, readiness: Readiness
) -> None:
    assert await readiness.why_not() == ""

    database.is_unavailable = True
    assert await readiness.why_not() == "the database is away"

    database.is_unavailable = False
    assert await readiness.why_not() == ""


async def test_a_server_that_shuts_down_is_not_ready_and_does_not_probe_the_database(
    database: FakeDatabase, readiness: Readiness
) -> None:
    readiness.leave()

    assert await readiness.why_not() == "the server is about to end"
    assert database.probes == 0


async def test_concurrent_requests_share_one_probe(
    database: FakeDatabase, readiness: Readiness
) -> None:
    database.may_answer.clear()
    requests = [asyncio.create_task(readiness.why_not()) for _ in range(5)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    database.may_answer.set()

    assert await asyncio.gather(*requests) == [""] * 5
    assert database.probes == 1


async def test_a_database_that_does_not_answer_is_unavailable_and_is_probed_once(
    database: FakeDatabase, readiness: Readiness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.server.health.PROBE_S", 0.01)
    database.may_answer.clear()

    assert [await readiness.why_not() for _ in range(2)] == ["the database is away"] * 2
    assert database.probes == 1

    database.may_answer.set()
    assert await readiness.why_not() == ""


async def test_metrics_liveness_and_readiness_are_served(
    database: FakeDatabase, readiness: Readiness
) -> None:
    health = Health(lambda: "figures\n", readiness)

    status, headers, text = await get(health, "/metrics")
    assert (status, text, headers["content-type"]) == (200, "figures\n", CONTENT_TYPE)
    assert (await get(health, "/healthz"))[0] == 200
    assert (await get(health, "/readyz"))[::2] == (200, "ready\n")

    database.is_unavailable = True
    assert (await get(health, "/readyz"))[::2] == (503, "not ready: the database is away\n")
    assert (await get(health, "/healthz"))[0] == 200


async def test_other_paths_and_methods_are_refused(readiness: Readiness) -> None:
    health = Health(lambda: "figures\n", readiness)

    assert (await get(health, "/"))[0] == 404
    assert (await get(health, "/metrics", "POST"))[0] == 405
