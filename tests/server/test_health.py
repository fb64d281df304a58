"""Whether the shop is ready, and what its second address answers."""

import asyncio
from typing import Any

import pytest

from app.domain.errors import DatabaseUnavailable
from app.metrics.prometheus import CONTENT_TYPE
from app.server.health import Health, Readiness


class FakeDatabase:
    """A database that opens when the test says so, and remembers how often somebody knocked."""

    def __init__(self) -> None:
        self.probes = 0
        self.is_away = False
        self.opens = asyncio.Event()
        self.opens.set()

    async def probe(self) -> None:
        """Knock, and wait."""
        self.probes += 1
        await self.opens.wait()
        if self.is_away:
            raise DatabaseUnavailable


@pytest.fixture
def door() -> FakeDatabase:
    """Return the database's door."""
    return FakeDatabase()


@pytest.fixture
def readiness(door: FakeDatabase) -> Readiness:
    """Return whether the shop behind this door is ready."""
    return Readiness(door.probe)


async def ask(health: Health, path: str, method: str = "GET") -> tuple[int, dict[str, str], str]:
    """Return status, headers and text of an answer."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> None:
        raise AssertionError

    await health({"type": "http", "method": method, "path": path}, receive, send)
    start, body = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, body["body"].decode()


async def test_it_is_ready_while_the_database_answers(
    door: FakeDatabase, readiness: Readiness
) -> None:
    assert await readiness.why_not() == ""

    door.is_away = True
    assert await readiness.why_not() == "the database is away"

    door.is_away = False
    assert await readiness.why_not() == ""


async def test_it_is_not_ready_once_the_server_is_to_end_whatever_the_database_says(
    door: FakeDatabase, readiness: Readiness
) -> None:
    readiness.leave()

    assert await readiness.why_not() == "the server is about to end"
    assert door.probes == 0


async def test_however_many_ask_one_knocks(door: FakeDatabase, readiness: Readiness) -> None:
    door.opens.clear()
    asking = [asyncio.create_task(readiness.why_not()) for _ in range(5)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    door.opens.set()

    assert await asyncio.gather(*asking) == [""] * 5
    assert door.probes == 1


async def test_a_database_that_does_not_answer_is_away_and_is_not_asked_twice(
    door: FakeDatabase, readiness: Readiness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.server.health.PROBE_S", 0.01)
    door.opens.clear()

    assert [await readiness.why_not() for _ in range(2)] == ["the database is away"] * 2
    assert door.probes == 1

    door.opens.set()
    assert await readiness.why_not() == ""


async def test_three_addresses_answer(door: FakeDatabase, readiness: Readiness) -> None:
    health = Health(lambda: "figures\n", readiness)

    status, headers, text = await ask(health, "/metrics")
    assert (status, text, headers["content-type"]) == (200, "figures\n", CONTENT_TYPE)
    assert (await ask(health, "/healthz"))[0] == 200
    assert (await ask(health, "/readyz"))[::2] == (200, "ready\n")

    door.is_away = True
    assert (await ask(health, "/readyz"))[::2] == (503, "not ready: the database is away\n")
    assert (await ask(health, "/healthz"))[0] == 200


async def test_nothing_else_is_answered(readiness: Readiness) -> None:
    health = Health(lambda: "figures\n", readiness)

    assert (await ask(health, "/"))[0] == 404
    assert (await ask(health, "/metrics", "POST"))[0] == 405
