"""A clock and a database that a test controls."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextvars import Context
from dataclasses import dataclass
from typing import Any

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.errors import DatabaseUnavailable
from app.domain.outbox import OutboxId
from app.runtime.disk import CartDisk
from app.store.cart_rows import Save
from app.store.cart_saves import SaveConflicts
from app.store.database import Database
from tests.examples import NOON


@dataclass
class FakeClock:
    """A clock that stands still until a test moves it."""

    at_s: float = NOON

    def now_s(self) -> float:
        """Return the time."""
        return self.at_s


class FlakyDatabase(Database):
    """A database that can have an outage, and remembers the queries that it ran.

    `interlude` is awaited once, just before the next write.
    """

    def __init__(self, url: str):
        super().__init__(url)
        self.is_away = False
        self.is_broken = False
        self.writes_fail = False
        self.reads: list[str] = []
        self.writes: list[str] = []
        self.saving = asyncio.Event()
        self.interlude: Callable[[], Coroutine[Any, Any, object]] | None = None

    async def read(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        """Run *query*, unless the database is away."""
        self.reads.append(query.__name__)
        self._fail_if_away()
        return await super().read(query, *args, **kwargs)

    async def look_up(self, lookup: Any, **key: object) -> Any:
        """Find a row, unless the database is away."""
        self.reads.append(lookup.name)
        self._fail_if_away()
        return await super().look_up(lookup, **key)

    async def write(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        """Run *query* and commit, unless the database is away."""
        await self._before_write(query.__name__)
        return await super().write(query, *args, **kwargs)

    async def save(self, saves: Sequence[Save], now_s: int) -> SaveConflicts:
        """Save carts, unless the database is away."""
        self.saving.set()
        await self._before_write("save")
        return await super().save(saves, now_s)

    async def _before_write(self, name: str) -> None:
        self.writes.append(name)
        await self._interrupt()
        if self.is_away or self.writes_fail:
            raise DatabaseUnavailable("away")

    def _fail_if_away(self) -> None:
        if self.is_broken:
            raise ZeroDivisionError("for the log only")
        if self.is_away:
            raise DatabaseUnavailable("away")

    async def _interrupt(self) -> None:
        """Await the interlude as another request would: in a task with a context of its own."""
        interlude, self.interlude = self.interlude, None
        if interlude:
            await asyncio.create_task(interlude(), context=Context())


class FlakyDisk(CartDisk):
    """The live carts' disk, which can be away for them alone."""

    is_away = False

    async def cart(self, account: AccountId) -> Cart:
        """Return the cart as last saved, unless the disk is away."""
        self._fail_if_away()
        return await super().cart(account)

    async def carts_of(self, accounts: Iterable[AccountId]) -> Sequence[Cart]:
        """Return many carts, unless the disk is away."""
        self._fail_if_away()
        return await super().carts_of(accounts)

    async def version(self, account: AccountId) -> int:
        """Return how often the cart was saved, unless the disk is away."""
        self._fail_if_away()
        return await super().version(account)

    async def last(self, account: AccountId, outbox: OutboxId) -> int:
        """Return the last op number of an outbox, unless the disk is away."""
        self._fail_if_away()
        return await super().last(account, outbox)

    def _fail_if_away(self) -> None:
        if self.is_away:
            raise DatabaseUnavailable("away")
