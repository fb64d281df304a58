"""Keeps the live catalogue and the states of orders up to date with the database."""

import asyncio
from contextlib import suppress

from app.live.hub import Hub
from app.protocol.messages import OrderMoved
from app.store.catalog import load_catalog_changes
from app.store.database import Database
from app.store.orders import load_moved_orders

POLL_EVERY_S = 0.1
"""How soon a command such as `shop product set` shows, which tells no server of its change."""
POLL_WITH_PEERS_EVERY_S = 1.0
"""Other servers publish their changes, so only commands are left to be found by polling."""


class CatalogRefresh:
    """Loads what changed in the catalogue since it was loaded last, and broadcasts it."""

    def __init__(self, database: Database, hub: Hub, poll_every_s: float):
        self._database = database
        self._hub = hub
        self._poll_every_s = poll_every_s

    async def poll(self) -> None:
        """Wait for a change in this process or for the interval to pass; then refresh."""
        requested = self._hub.context.catalog.refresh_requested
        with suppress(TimeoutError):
            async with asyncio.timeout(self._poll_every_s):
                await requested.wait()
        requested.clear()
        await self.refresh()

    async def refresh(self) -> None:
        """Load changed products and vouchers, and tell shoppers whose orders changed state.

        Raises `DatabaseUnavailable`. The first call loads the whole catalogue; orders that changed
        before the server started are not announced, because no tab has shown them yet.
        """
        since = self._hub.context.catalog.revision
        changes = await self._database.read(load_catalog_changes, since)
        if changes.revision > self._hub.context.catalog.revision:
            self._hub.update_catalog(changes.revision, changes.catalog)
        if 0 <= since < changes.revision:
            moved = await self._database.read(load_moved_orders, since, changes.revision)
            self._hub.publish_orders(
                (one.account, OrderMoved(one.number, one.state)) for one in moved
            )
