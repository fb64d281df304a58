"""The live carts' `Disk` port on the database, and the lookup of a login by its cookie."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from app.domain.cart import AccountId, Cart
from app.domain.outbox import OutboxId
from app.domain.sessions import Lifetime, Session
from app.store.carts import load_cart, load_carts, load_last, load_versions
from app.store.database import Database
from app.store.sessions import digest, find_session

FindSession = Callable[[str], Awaitable[Session | None]]


class CartDisk:
    """Reads carts for `app.live`; every method raises `DatabaseUnavailable` in an outage."""

    def __init__(self, database: Database):
        self._database = database

    async def cart(self, account: AccountId) -> Cart:
        """Return *account*'s cart as last saved."""
        return await self._database.read(load_cart, account)

    async def carts_of(self, accounts: Iterable[AccountId]) -> Sequence[Cart]:
        """Return the carts of *accounts* in any order; unreadable carts are left out."""
        return await self._database.read(load_carts, [*accounts])

    async def version(self, account: AccountId) -> int:
        """Return how often *account*'s cart was saved."""
        return (await self._database.read(load_versions, [account]))[account]

    async def last(self, account: AccountId, outbox: OutboxId) -> int:
        """Return the last op number of an outbox that is no longer part of the cart."""
        return await self._database.read(load_last, account, outbox)


def session_finder(
    database: Database, lifetime: Lifetime, now_s: Callable[[], float]
) -> FindSession:
    """Return a function that looks up the login of a cookie; it returns None if that is over."""

    async def find(session_id: str) -> Session | None:
        return await database.read(find_session, digest(session_id), lifetime, int(now_s()))

    return find
