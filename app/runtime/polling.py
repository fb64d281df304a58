"""Looks for what has changed in the database without a word to this server."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from app.domain.errors import DatabaseUnavailable
from app.live.catalog import LiveCatalog
from app.runtime.catalog_refresh import CatalogRefresh
from app.runtime.ended_sessions import EndedSessions
from app.store.database import Database
from app.store.ended_sessions import REVISIONS

POLL_EVERY_S = 0.1
"""How soon a command such as `shop product set` shows, which tells no server of its change."""
POLL_IDLE_EVERY_S = 0.6
"""While no cart is open: nobody is connected whom a change or the end of a login concerns."""
POLL_WITH_PEERS_EVERY_S = 0.7
"""Other servers publish their changes, so only commands are left to be found by polling.

With the look-up and what follows it, an ended login has no socket a second later.
"""


def poll_every_s(open_carts: int, *, has_peers: bool) -> float:
    """Return how long a server with *open_carts* waits between two look-ups."""
    if has_peers:
        return POLL_WITH_PEERS_EVERY_S
    return POLL_EVERY_S if open_carts else POLL_IDLE_EVERY_S


class Polling:
    """Compares two revisions with the database, and loads what is newer there."""

    def __init__(
        self,
        database: Database,
        live_catalog: LiveCatalog,
        catalog: CatalogRefresh,
        ended_sessions: EndedSessions,
        every_s: Callable[[], float],
    ):
        self._database = database
        self._live_catalog = live_catalog
        self._catalog = catalog
        self._ended_sessions = ended_sessions
        self._every_s = every_s

    async def poll(self) -> None:
        """Wait for a change in this process or for the interval to pass; then load what changed.

        Nearly always nothing has changed: that costs one look-up of two numbers.
        """
        requested = self._live_catalog.refresh_requested
        with suppress(TimeoutError):
            async with asyncio.timeout(self._every_s()):
                await requested.wait()
        self._catalog.follow_promotions()
        revisions = await self._database.look_up(REVISIONS)
        if revisions.ended_sessions != self._ended_sessions.revision:
            await self._ended_sessions.refresh()
        if requested.is_set() or revisions.catalog > self._live_catalog.revision:
            requested.clear()
            await self._refresh_catalog()

    async def _refresh_catalog(self) -> None:
        """Refresh, or have it done at the next call if the database is away."""
        try:
            await self._catalog.refresh()
        except DatabaseUnavailable:
            self._live_catalog.refresh_requested.set()
            raise
