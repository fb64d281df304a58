"""Fixtures: a server for each module, with the module's SETTINGS, further servers, shoppers."""

from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest

from tests.databases import Databases
from tests.e2e.event_tab import EventTabs
from tests.e2e.raw_client import Shopper, new_shopper
from tests.e2e.server import Server

LAST_CHARS = 4000


class ServerFactory:
    """Starts servers for one test, beside the module's server."""

    def __init__(self, home: Path, databases: Databases):
        self.home = home
        self._databases = databases
        self.servers: list[Server] = []

    def build(self, **settings: object) -> Server:
        """Return another server with other settings, without starting it."""
        home = self.home / str(len(self.servers))
        home.mkdir()
        self.servers.append(Server(home, self._databases.new(), **settings))
        return self.servers[-1]

    def open(self, **settings: object) -> Server:
        """Start another server with other settings."""
        server = self.build(**settings)
        server.start()
        return server


@pytest.fixture(scope="module")
def module_shop(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, databases: Databases
) -> Iterator[Server]:
    """Return a server for all tests of a module; a module may name its SETTINGS."""
    settings = getattr(request.module, "SETTINGS", {})
    server = Server(tmp_path_factory.mktemp("shop"), databases.new(), **settings)
    server.start()
    yield server
    server.end()
    assert server.error_events() == []


@pytest.fixture
def shop(module_shop: Server) -> Server:
    """Return the module's server, restarted if a failed test left it stopped."""
    if not module_shop.is_open:
        module_shop.start()
    return module_shop


@pytest.fixture
def server_factory(tmp_path: Path, databases: Databases) -> Iterator[ServerFactory]:
    """Return the factory with which a test starts its own servers."""
    server_factory = ServerFactory(tmp_path, databases)
    yield server_factory
    for server in server_factory.servers:
        server.end()
    assert [
        server.error_events() for server in server_factory.servers if server.error_events()
    ] == []


@pytest.fixture
async def ada(shop: Server) -> AsyncIterator[Shopper]:
    """Return a shopper with a new account."""
    async with await new_shopper(shop) as shopper:
        yield shopper


@pytest.fixture
async def tabs() -> AsyncIterator[EventTabs]:
    """Return what opens event streams; none is left after the test."""
    tabs = EventTabs()
    yield tabs
    await tabs.drop_all()


@pytest.fixture
async def anonymous(shop: Server) -> AsyncIterator[Shopper]:
    """Return a shopper who is not signed in."""
    async with Shopper(shop) as shopper:
        yield shopper


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the logs of the servers of a failed test."""
    report = yield
    if report.failed:
        for server in _servers(item):
            log = server.log.read_text()[-LAST_CHARS:]
            report.sections.append((f"log of the shop at {server.host}", log))
    return report


def _servers(item: pytest.Function) -> Iterator[Server]:
    for value in item.funcargs.values():
        if isinstance(value, Server):
            yield value
        elif isinstance(value, ServerFactory):
            yield from value.servers
