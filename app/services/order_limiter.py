"""Keeps the orders of one account within the shop's limits."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

from app.domain.accounts import AccountId
from app.domain.order_limits import OrderLimit, OrderLimits, OrderTotals, exceeded
from app.domain.orders import OrderKey
from app.services.errors import ServiceError
from app.store.database import Database
from app.store.orders import summarize_orders


class OrderLimitReached(ServiceError):
    """The order would exceed `limit`; the cart stays as it is."""

    def __init__(self, limit: OrderLimit):
        super().__init__(limit)
        self.limit = limit


class _BeingPlaced(NamedTuple):
    key: OrderKey
    order: OrderTotals


class OrderLimiter:
    """Admits orders, in the database and under way on this server, up to the limits.

    Orders that an account places on several servers at the same moment do not see each other.
    """

    def __init__(self, database: Database, limits: OrderLimits, now_s: Callable[[], float]):
        self._database = database
        self._limits = limits
        self._now_s = now_s
        self._being_placed: dict[AccountId, list[_BeingPlaced]] = {}

    @asynccontextmanager
    async def admit(
        self, account: AccountId, key: OrderKey, order: OrderTotals
    ) -> AsyncIterator[None]:
        """Count *order* as being placed. Raises OrderLimitReached or DatabaseUnavailable.

        It is counted before the database is read, so of two orders at the same time the later one
        sees the earlier one, there or here.
        """
        mine, placing = _BeingPlaced(key, order), self._being_placed.setdefault(account, [])
        others = [other.order for other in placing if other.key != key]
        placing.append(mine)
        try:
            await self._check(account, order, others)
            yield
        finally:
            placing.remove(mine)
            if not placing:
                self._being_placed.pop(account, None)

    async def _check(
        self, account: AccountId, order: OrderTotals, others: list[OrderTotals]
    ) -> None:
        now_s = int(self._now_s())
        ordered = await self._database.read(summarize_orders, account, now_s)
        if limit := exceeded(self._limits, ordered.with_orders(others, now_s), order, now_s):
            raise OrderLimitReached(limit)
