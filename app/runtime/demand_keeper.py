"""Saves what shoppers wanted and did not get."""

from collections.abc import Callable
from datetime import tzinfo

from app.domain.errors import DatabaseUnavailable
from app.domain.periods import day_at
from app.live.unmet_demand import UnmetDemand
from app.store.database import Database
from app.store.unmet_demand import Demand, add_unmet_demand


class DemandKeeper:
    """Adds what was counted to the counts of the day in *zone*."""

    def __init__(
        self, database: Database, unmet: UnmetDemand, zone: tzinfo, now_s: Callable[[], float]
    ):
        self._database = database
        self._unmet = unmet
        self._zone = zone
        self._now_s = now_s

    async def save(self) -> None:
        """Save what was counted since the last time; raises `DatabaseUnavailable`."""
        taken, day = self._unmet.take(), day_at(self._now_s(), self._zone).first
        try:
            if taken.products:
                await self._database.write(add_unmet_demand, day, Demand.PRODUCT, taken.products)
                taken.products.clear()
            if taken.searches:
                await self._database.write(add_unmet_demand, day, Demand.SEARCH, taken.searches)
        except DatabaseUnavailable:
            self._unmet.put_back(taken)
            raise
