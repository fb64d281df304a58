"""The live carts' `Disk` port on the database."""

from collections.abc import Iterable, Sequence

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.outbox import OutboxId
from app.store.carts import CART, load_carts, load_last, load_versions
from app.store.database import Database


class CartDisk:
    """Reads carts for `app.live`; every method raises `DatabaseUnavailable` in an outage."""

    def __init__(self, database: Database):
        self._database = database

    async def cart(self, account: AccountId) -> Cart:
        """Return *account*'s cart as last saved."""
        return await self._database.look_up(CART, account=account)

    async def carts_of(self, accounts: Iterable[AccountId]) -> Sequence[Cart]:
        """Return the carts of *accounts* in any order; unreadable carts are left out.

        They tell what became of saves whose outcome is unknown.
        """
        return await self._database.read_durable(load_carts, [*accounts])

    async def version(self, account: AccountId) -> int:
        """Return how often *account*'s cart was saved."""
        return (await self._database.read(load_versions, [account]))[account]

    async def last(self, account: AccountId, outbox: OutboxId) -> int:
        """Return the last op number of an outbox that is no longer part of the cart."""
        return await self._database.read(load_last, account, outbox)
