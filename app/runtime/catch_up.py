"""Lets a search find every edit that was saved before it, by whichever server or command."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from app.domain.errors import DatabaseUnavailable
from app.live.catalog import LiveCatalog
from app.store.database import Database
from app.store.ended_sessions import REVISIONS

PATIENCE_S: Final = 0.5
"""So long a search waits for a database that hangs; then it finds what this server knows."""


class CatchUp:
    """Compares the catalogue's revision with the database, and has *refresh* load what is newer.

    Most of the time nothing is: that costs one look-up. While the database is away, nothing is
    done, so that the catalogue can be searched all the same.
    """

    def __init__(
        self,
        database: Database,
        catalog: LiveCatalog,
        refresh: Callable[[], Awaitable[None]],
        patience_s: float = PATIENCE_S,
    ):
        self._database = database
        self._catalog = catalog
        self._refresh = refresh
        self._patience_s = patience_s

    async def __call__(self) -> None:
        """Load all that is saved by now, or as much as this server has of it."""
        with suppress(DatabaseUnavailable, TimeoutError):
            async with asyncio.timeout(self._patience_s):
                revisions = await self._database.look_up(REVISIONS)
                if revisions.catalog > self._catalog.revision:
                    await self._refresh()
