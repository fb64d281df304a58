"""Counts what is in all carts, for staff who look: aside, in slices, and no more often than is due.

Nothing is counted while people shop, so an operation pays nothing for it, and nothing can drift.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from app.domain.accounts import AccountId
from app.domain.catalog import Sku
from app.store.cart_reports import BEFORE_ALL, CartCount, CartTally, FilledCarts
from app.store.database import Database

QUICK_S = 0.1
"""A count that takes so long at most is made for each look; so long is one waited for."""
KEPT = 5
"""A longer one is kept for so many times as long as it took."""


class CartReport(NamedTuple):
    """What was in carts at `at_s`, in seconds since 1970: by product, the most units first."""

    at_s: int
    held: Mapping[Sku, CartCount]
    units: int
    filled: FilledCarts


class CartReports:
    """The newest report of one server; `now_s` is the time since 1970."""

    def __init__(
        self,
        database: Database,
        now_s: Callable[[], float],
        steady_s: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ):
        self._database = database
        self._now_s = now_s
        self._steady_s = steady_s
        self._sleep = sleep
        self._newest: CartReport | None = None
        self._counting: asyncio.Task[None] | None = None
        self._began_s = float("-inf")
        self._took_s = 0.0
        self._due_s = float("-inf")

    async def latest(self) -> CartReport | None:
        """Return the newest report, or None while the first one is being counted.

        Raises DatabaseUnavailable if the last count failed.
        """
        counting = self._counting
        if counting is None or (counting.done() and self._steady_s() >= self._due_s):
            counting = self._counting = asyncio.create_task(self._count())
            counting.add_done_callback(_take_error)
            self._began_s = self._steady_s()
        patience_s = self._began_s + QUICK_S - self._steady_s()
        if self._took_s <= QUICK_S and patience_s > 0:
            await asyncio.wait([counting], timeout=patience_s)
        if counting.done():
            counting.result()
        return self._newest

    def close(self) -> None:
        """Give up a count that is under way."""
        if self._counting:
            self._counting.cancel()

    async def _count(self) -> None:
        at_s, tally = int(self._now_s()), CartTally()
        await self._read_all(tally)
        self._newest = await asyncio.to_thread(_report, at_s, tally)
        self._took_s = self._steady_s() - self._began_s
        is_quick = self._took_s <= QUICK_S
        self._due_s = self._steady_s() + (0 if is_quick else KEPT * self._took_s)

    async def _read_all(self, tally: CartTally) -> None:
        """Read all carts; after each slice the database is left to others for as long."""
        last: AccountId | None = BEFORE_ALL
        while last is not None:
            began_s = self._steady_s()
            last = await self._database.read(tally.add_slice, last)
            if last is not None:
                await self._sleep(self._steady_s() - began_s)


def _report(at_s: int, tally: CartTally) -> CartReport:
    held = tally.held()
    return CartReport(at_s, held, sum(one.units for one in held.values()), tally.filled())


def _take_error(counting: asyncio.Task[None]) -> None:
    """Take the error of a count that nobody waits for; the next look begins another."""
    if not counting.cancelled():
        counting.exception()
