"""Keeps the live catalogue and the states of orders up to date with the database."""

import asyncio
from dataclasses import replace

from app.domain.catalog import Catalog
from app.live.hub import Hub
from app.protocol.messages import OrderMoved
from app.store.database import Database
from app.store.news import load_news


class CatalogRefresh:
    """Loads what changed in the catalogue since it was loaded last, and broadcasts it."""

    def __init__(self, database: Database, hub: Hub):
        self._database = database
        self._hub = hub
        self._lock = asyncio.Lock()
        self._starts_over = False

    def start_over(self) -> None:
        """Have the whole catalogue loaded, since its newest revisions may be gone."""
        self._starts_over = True
        self._hub.context.catalog.refresh_requested.set()

    async def refresh(self) -> None:
        """Load changed products and vouchers, and tell shoppers whose orders changed state.

        Raises `DatabaseUnavailable`. The first call loads the whole catalogue; orders that changed
        before the server started are not announced, because no tab has shown them yet.
        """
        async with self._lock:  # two at once would announce the same
            await self._refresh()
        self.follow_promotions()  # an order may have been refused because one has ended

    def follow_promotions(self) -> None:
        """Broadcast the promotions that have begun or ended by now; mostly there are none."""
        context = self._hub.context
        if context.now_s() >= context.catalog.next_turn_s:
            today = context.catalog.today
            unchanged = Catalog({}, today.vouchers, planned=today.planned)
            self._hub.update_catalog(context.catalog.revision, unchanged)

    async def _refresh(self) -> None:
        starts_over = self._starts_over
        since = -1 if starts_over else self._hub.context.catalog.revision
        changes, moved = await self._database.read(load_news, since)
        if starts_over or changes.revision > self._hub.context.catalog.revision:
            self._starts_over = False
            changed = self._with_missing(changes.catalog) if starts_over else changes.catalog
            self._hub.update_catalog(changes.revision, changed)
        self._hub.publish((one.account, OrderMoved(one.number, one.state)) for one in moved)

    def _with_missing(self, found: Catalog) -> Catalog:
        """Return *found* with the products that it lacks, which are sold no longer."""
        known = self._hub.context.catalog.today.products
        missing = {sku: replace(known[sku], sold=False) for sku in known.keys() - found.products}
        return found._replace(products={**found.products, **missing})
