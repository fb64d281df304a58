"""A seeded database, made once and copied for each test, and a shop on it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from app.domain.currency import NO_CURRENCY
from app.i18n.formats import set_currency
from app.store.engines import connect
from app.store.migrations import migrate
from app.store.queries import run_query
from app.store.seed import seed
from tests.databases import Databases
from tests.examples import POUNDS
from tests.http.harness import HttpHarness, open_harness


@pytest.fixture
def in_pounds() -> Iterator[None]:
    """Show amounts as in an answer of a shop that sells in pounds."""
    set_currency(POUNDS)
    yield
    set_currency(NO_CURRENCY)


@pytest.fixture(scope="session")
def stocked(databases: Databases) -> str:
    """Return a seeded database, which tests copy and must not change."""
    url = databases.new()
    engine = connect(url)
    migrate(engine)
    run_query(engine, seed)
    engine.dispose()
    return url


@pytest.fixture
def url(databases: Databases, stocked: str) -> Iterator[str]:
    """Return a seeded database for one test."""
    url = databases.copy(stocked)
    yield url
    databases.drop(url)


@pytest.fixture
async def harness(url: str) -> AsyncIterator[HttpHarness]:
    """Return a shop to send requests to."""
    async with open_harness(url) as opened:
        yield opened
