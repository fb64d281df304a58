"""Every test in this folder runs on a loop that jumps over time (`clock.py`)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import pytest

from tests.ws.clock import JumpingLoop, soon
from tests.ws.fakes import Corner


@pytest.hookimpl
def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Name the one kind of loop."""
    return {"jumping": JumpingLoop}


@pytest.fixture
async def corner() -> AsyncIterator[Corner]:
    """Return Ada's corner of the shop; whoever is still there afterwards leaves."""
    corner = Corner()
    yield corner
    corner.closes()
    await soon()
