"""A stocked database, made once and copied for each test, and a shop on it."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.store.database import ask, connect
from app.store.migrations import migrate
from app.store.seed import seed
from tests.http.house import House, open_house


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with everything on the shelves, which nobody may change."""
    path = tmp_path_factory.mktemp("stocked") / "shop.db"
    engine = connect(f"sqlite:///{path}")
    migrate(engine)
    ask(engine, seed)
    engine.dispose()
    return path


@pytest.fixture
def url(stocked: Path, tmp_path: Path) -> str:
    """Return a stocked database of one's own."""
    return f"sqlite:///{shutil.copy(stocked, tmp_path / 'shop.db')}"


@pytest.fixture
async def house(url: str) -> AsyncIterator[House]:
    """Return a shop with its doors open."""
    async with open_house(url) as opened:
        yield opened
