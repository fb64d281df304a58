"""A clock and a database that do as a test tells them."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from typing import Any

from app.domain.cart import AccountId, Cart
from app.domain.errors import DatabaseUnavailable
from app.domain.outbox import OutboxId
from app.store.carts import load_cart, load_carts, load_last, load_versions, save_carts
from app.store.database import Database
from tests.examples import NOON


@dataclass
class Clock:
    """A clock that goes on only when told to."""

    at_s: float = NOON

    def now_s(self) -> float:
        """Return the time."""
        return self.at_s


class FlakyDatabase(Database):
    """A database that can be taken away, and counts what it was asked.

    An `interlude` happens once, just before what is written next.
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
        """Answer *query*, unless the database is away."""
        self.reads.append(query.__name__)
        if self.is_broken:
            raise ZeroDivisionError("for the log only")
        if self.is_away:
            raise DatabaseUnavailable("away")
        return await super().read(query, *args, **kwargs)

    async def write(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer *query* and commit, unless the database is away."""
        self.writes.append(query.__name__)
        await self._interrupt()
        if query is save_carts:
            self.saving.set()
        if self.is_away or self.writes_fail:
            raise DatabaseUnavailable("away")
        return await super().write(query, *args, **kwargs)

    async def _interrupt(self) -> None:
        """Do what a test wants to happen now, as another request would: knowing nothing of this."""
        interlude, self.interlude = self.interlude, None
        if interlude:
            await asyncio.create_task(interlude(), context=Context())


@dataclass
class Disk:
    """The database as live carts need it; it can be out of reach for them alone."""

    database: Database
    is_away: bool = False

    async def cart(self, account: AccountId) -> Cart:
        """Return the cart as last saved."""
        with self._away():
            cart: Cart = await self.database.read(load_cart, account)
            return cart

    async def carts_of(self, accounts: Iterable[AccountId]) -> Sequence[Cart]:
        """Return many carts."""
        with self._away():
            found: Sequence[Cart] = await self.database.read(load_carts, [*accounts])
            return found

    async def version(self, account: AccountId) -> int:
        """Return how often the cart was saved."""
        with self._away():
            return int((await self.database.read(load_versions, [account]))[account])

    async def last(self, account: AccountId, outbox: OutboxId) -> int:
        """Return how far an outbox got."""
        with self._away():
            last: int = await self.database.read(load_last, account, outbox)
            return last

    @contextmanager
    def _away(self) -> Iterator[None]:
        if self.is_away:
            raise DatabaseUnavailable
        try:
            yield
        except DatabaseUnavailable as error:
            raise DatabaseUnavailable from error
