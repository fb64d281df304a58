"""Every test in this folder runs on an event loop with simulated time (`clock.py`)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import pytest

from tests.ws.clock import JumpingLoop, soon
from tests.ws.fakes import Corner


@pytest.hookimpl
def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Return the only loop that tests run on."""
    return {"jumping": JumpingLoop}


@pytest.fixture
async def corner() -> AsyncIterator[Corner]:
    """Return what Ada's connections need; those that are left open are closed afterwards."""
    corner = Corner()
    yield corner
    corner.closes()
    await soon()
