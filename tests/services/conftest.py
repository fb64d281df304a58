"""A stocked database, and the services on it, without a web server."""

from collections.abc import AsyncIterator

import pytest

from tests.http.conftest import stocked, url
from tests.services.shop import Services, open_services
from tests.store.conftest import engine

__all__ = ["engine", "services", "stocked", "url"]


@pytest.fixture
async def services(url: str) -> AsyncIterator[Services]:
    """Return the services of a shop whose commits are announced."""
    async with open_services(url) as opened:
        yield opened
