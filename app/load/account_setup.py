"""The accounts of a test: stored ones are reused, and the others are registered."""

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from app.client import Account, Problem, Shop
from app.domain.members import Role
from app.load.plan import BadPlan

MAX_CONCURRENT: Final = 2
"""The server checks so many passwords at a time."""
MAX_WAIT_S: Final = 5
NO_LOGIN, NOT_FOUND, THROTTLED = 401, 404, 429
LEAST_WITH_SUGGESTER: Final = 3

LIMITS_ARE_ON: Final = (
    "the shop lets one address register only so many accounts. Start it with SHOP_LIMITS=load,"
    " which lifts all limits on loopback, or use fewer accounts and keep them with --accounts-file."
)


class StoredAccount(Struct, frozen=True):
    """An account with its password and login cookie, as stored in the accounts file."""

    email: str
    password: str
    account: str = ""
    cookie: str = ""


class People(NamedTuple):
    """The accounts that shop, and those of staff who help them."""

    accounts: Sequence[StoredAccount]
    staff: Sequence[StoredAccount] = ()


class AccountSetup:
    """Logs accounts in; *on_progress* gets the number of those that are ready."""

    def __init__(self, shop: Shop, on_progress: Callable[[int], None]):
        self._shop = shop
        self._on_progress = on_progress
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)
        self._count = 0

    async def sign_in_all(self, count: int, stored: list[StoredAccount]) -> list[StoredAccount]:
        """Return *count* logged-in accounts, first the *stored* ones."""
        known = [self._resume(one) for one in stored[:count]]
        new = [self._register() for _ in range(count - len(known))]
        return await asyncio.gather(*known, *new)

    async def sign_in_staff(self, stored: Sequence[StoredAccount]) -> list[StoredAccount]:
        """Return *stored*, signed in. Raises BadPlan if one of them is not of staff."""
        staff = await asyncio.gather(*map(self._resume, stored))
        for one in staff:
            try:
                await self._shop.account(one.account, one.cookie).helps()
            except Problem as problem:
                if problem.status != NOT_FOUND:
                    raise
                raise BadPlan(f"{one.email} is not of staff there.") from None
        return staff

    async def share_carts(self, accounts: Sequence[StoredAccount], size: int) -> None:
        """Have the first of each *size* accounts share the cart with the others.

        The last of three and more may only suggest.
        """
        if size > 1:
            groups = (accounts[first : first + size] for first in range(0, len(accounts), size))
            await asyncio.gather(*map(self._share, groups))

    async def _share(self, group: Sequence[StoredAccount]) -> None:
        owner, *others = (self._shop.account(one.account, one.cookie) for one in group)
        async with self._slots:
            members = await owner.members()
            for place, other in enumerate(others, 1):
                if other.id not in members:
                    await other.join(await owner.invite(role_at(place, len(group))))
            await owner.share_saved()

    async def _resume(self, stored: StoredAccount) -> StoredAccount:
        """Use the stored login, or log in again if it has ended."""
        account = self._shop.account(stored.account, stored.cookie)
        async with self._slots:
            try:
                await account.cart()
            except Problem as problem:
                if problem.status != NO_LOGIN:
                    raise
                account = await self._with_retry(self._login, stored)
        return self._signed_in(stored.email, stored.password, account)

    async def _register(self) -> StoredAccount:
        name = secrets.token_hex(6)
        new = StoredAccount(f"load-{name}@load.example", secrets.token_urlsafe(12), "", "")
        async with self._slots:
            account = await self._with_retry(self._create, new)
        return self._signed_in(new.email, new.password, account)

    async def _login(self, stored: StoredAccount) -> Account:
        return await self._shop.login(stored.email, stored.password)

    async def _create(self, new: StoredAccount) -> Account:
        return await self._shop.register(new.email, new.password, "Load")

    async def _with_retry(
        self, attempt: Callable[[StoredAccount], Awaitable[Account]], account: StoredAccount
    ) -> Account:
        """Retry as `Retry-After` says. Raises BadPlan if a rate limit would take too long."""
        while True:
            try:
                return await attempt(account)
            except Problem as problem:
                if problem.retry_after_s > MAX_WAIT_S and problem.status == THROTTLED:
                    raise BadPlan(LIMITS_ARE_ON) from None
                if not problem.retry_after_s:
                    raise
                await asyncio.sleep(problem.retry_after_s)

    def _signed_in(self, email: str, password: str, account: Account) -> StoredAccount:
        self._count += 1
        self._on_progress(self._count)
        return StoredAccount(email, password, account.id, account.cookie)


def role_at(place: int, size: int) -> Role:
    """Return what the member at *place* of a household of *size* may do; its owner is at 0."""
    return Role.SUGGEST if place == size - 1 and size >= LEAST_WITH_SUGGESTER else Role.EDIT


def load_accounts(path: Path) -> list[StoredAccount]:
    """Return the accounts in *path*; none if the file does not exist. Raises BadPlan."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[StoredAccount])
    except FileNotFoundError:
        return []
    except msgspec.DecodeError as fault:
        raise BadPlan(f"{path} holds no accounts of a load test: {fault}.") from None


def save_accounts(path: Path, accounts: list[StoredAccount]) -> None:
    """Write *accounts* to *path*, readable by its owner only."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(accounts))
