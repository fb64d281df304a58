"""Fixtures for tests with Debian's Chromium and a server process."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, expect

from tests.browser.browser_session import BrowserSession, open_browser_session
from tests.browser.chromium import chromium
from tests.browser.live_database import CORRUPT_BODY_ERROR
from tests.browser.visitor import LONGEST_MS, Visitor
from tests.e2e.server import Server

expect.set_options(timeout=LONGEST_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, and run them in the event loop that drives Chromium."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server that has just started."""
    server = Server(tmp_path_factory.mktemp("shop"))
    server.start()
    yield server
    server.end()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Return the Chromium of the session; each visitor opens a context in it."""
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser_session(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[BrowserSession]:
    """Return a browser session with a server of its own, for all tests of a module."""
    server = Server(tmp_path_factory.mktemp("shop"))
    async with open_browser_session(browser, server) as browser_session:
        yield browser_session
    error_events = server.error_events()
    assert [each for each in error_events if CORRUPT_BODY_ERROR not in each.get("error", "")] == []


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser, server: Server) -> AsyncIterator[Visitor]:
    """Return a visitor with a new account, in a browser with JavaScript."""
    async with _registered(await browser.new_context(), server) as visitor:
        yield visitor


@pytest_asyncio.fixture(loop_scope="session")
async def plain_visitor(browser: Browser, server: Server) -> AsyncIterator[Visitor]:
    """Return a visitor with a new account, in a browser without JavaScript."""
    async with _registered(await browser.new_context(java_script_enabled=False), server) as visitor:
        yield visitor


@asynccontextmanager
async def _registered(context: BrowserContext, server: Server) -> AsyncIterator[Visitor]:
    visitor = Visitor(context, server.origin)
    try:
        await visitor.register(f"{uuid4().hex}@browser.example")
        yield visitor
    finally:
        await context.close()
    assert visitor.console_errors == []
