"""Calls fail at once while a server is away, until it answers."""

import asyncio
import logging
import threading

import pytest

from app.domain.errors import DatabaseUnavailable
from app.store.circuit_breaker import CircuitBreaker


class Probe:
    """A probe that fails until the test lets it succeed; `steps` has what it was called for."""

    def __init__(self) -> None:
        self.answers = threading.Event()
        self.was_called = threading.Event()
        self.steps: list[str] = []

    def __call__(self) -> None:
        """Fail, until the server answers."""
        self.was_called.set()
        if not self.answers.is_set():
            raise OSError("nobody there")
        self.steps.append("found")

    def renew(self) -> None:
        """Note that connections are renewed."""
        self.steps.append("renewed")


@pytest.fixture
def probe() -> Probe:
    """Return a probe of a server that is away."""
    return Probe()


@pytest.fixture
def breaker(probe: Probe) -> CircuitBreaker:
    """Return a closed circuit breaker."""
    return CircuitBreaker("no database", probe, probe.renew)


async def until_closed(breaker: CircuitBreaker) -> None:
    """Wait until it is closed."""
    while breaker.is_open:
        await breaker.wait()


async def test_it_fails_calls_until_the_probe_succeeds(
    breaker: CircuitBreaker, probe: Probe, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    breaker.check(0)
    breaker.trip(0, "it hangs")
    with pytest.raises(DatabaseUnavailable):
        breaker.check(0)
    await asyncio.to_thread(probe.was_called.wait)

    probe.answers.set()
    await until_closed(breaker)

    breaker.check(1)
    assert probe.steps == ["found", "renewed"]
    assert caplog.messages == [
        "no database: it hangs",
        "still no database: nobody there",
        "over: no database",
    ]


async def test_what_was_begun_before_an_outage_fails_after_it(
    breaker: CircuitBreaker, probe: Probe
) -> None:
    probe.answers.set()
    breaker.trip(0, "one connection was lost")
    await until_closed(breaker)

    with pytest.raises(DatabaseUnavailable):
        breaker.check(0)


async def test_a_failure_from_before_an_outage_does_not_open_it_again(
    breaker: CircuitBreaker, probe: Probe
) -> None:
    probe.answers.set()
    breaker.trip(0, "one connection was lost")
    await until_closed(breaker)

    breaker.trip(0, "so was another")

    assert not breaker.is_open


async def test_a_caller_waits_only_a_moment(breaker: CircuitBreaker, probe: Probe) -> None:
    breaker.trip(0, "it hangs")

    await breaker.wait()

    assert breaker.is_open
    breaker.close()
    assert probe.steps == []
