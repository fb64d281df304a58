"""Every test in this folder runs on an event loop with simulated time (`clock.py`)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import pytest

from tests.ws.clock import JumpingLoop, soon
from tests.ws.fakes import WsHarness


@pytest.hookimpl
def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Return the only loop that tests run on."""
    return {"jumping": JumpingLoop}


@pytest.fixture
async def harness() -> AsyncIterator[WsHarness]:
    """Return what the connections of Ada's tabs need; afterwards all are closed."""
    harness = WsHarness()
    yield harness
    harness.closes()
    await soon()
