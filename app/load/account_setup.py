"""The accounts of a test: those of a file, as far as they are there, and new ones for the rest."""

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from app.client import Account, Problem, Shop
from app.load.plan import BadPlan

AT_ONCE: Final = 2
"""As many passwords as the shop checks at a time."""
LONGEST_WAIT_S: Final = 5
NO_LOGIN, THROTTLED = 401, 429

LIMITS_ARE_ON: Final = (
    "the shop lets one address register only so many accounts. Start it with SHOP_LIMITS=load,"
    " which lifts all limits on loopback, or use fewer accounts and keep them with --accounts-file."
)


class Kept(Struct, frozen=True):
    """An account and its login, as they are kept in a file that only its owner reads."""

    email: str
    password: str
    account: str
    cookie: str


class AccountSetup:
    """Lets accounts into the shop; `tell` hears how many are in."""

    def __init__(self, shop: Shop, tell: Callable[[int], None]):
        self._shop = shop
        self._tell = tell
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._count = 0

    async def enter(self, count: int, kept: list[Kept]) -> list[Kept]:
        """Return so many accounts that are logged in, those *kept* first."""
        known = [self._again(one) for one in kept[:count]]
        new = [self._register() for _ in range(count - len(known))]
        return await asyncio.gather(*known, *new)

    async def _again(self, kept: Kept) -> Kept:
        """Use the login that was kept, or log in again where it is over."""
        account = self._shop.account(kept.account, kept.cookie)
        async with self._turns:
            try:
                await account.cart()
            except Problem as problem:
                if problem.status != NO_LOGIN:
                    raise
                account = await self._patiently(self._login, kept)
        return self._entered(kept.email, kept.password, account)

    async def _register(self) -> Kept:
        name = secrets.token_hex(6)
        new = Kept(f"load-{name}@load.example", secrets.token_urlsafe(12), "", "")
        async with self._turns:
            account = await self._patiently(self._enrol, new)
        return self._entered(new.email, new.password, account)

    async def _login(self, kept: Kept) -> Account:
        return await self._shop.login(kept.email, kept.password)

    async def _enrol(self, new: Kept) -> Account:
        return await self._shop.register(new.email, new.password, "Load")

    async def _patiently(self, ask: Callable[[Kept], Awaitable[Account]], who: Kept) -> Account:
        """Come again where the shop says so, unless that would take for ever."""
        while True:
            try:
                return await ask(who)
            except Problem as problem:
                if problem.retry_after_s > LONGEST_WAIT_S and problem.status == THROTTLED:
                    raise BadPlan(LIMITS_ARE_ON) from None
                if not problem.retry_after_s:
                    raise
                await asyncio.sleep(problem.retry_after_s)

    def _entered(self, email: str, password: str, account: Account) -> Kept:
        self._count += 1
        self._tell(self._count)
        return Kept(email, password, account.id, account.cookie)


def read_accounts(path: Path) -> list[Kept]:
    """Return the accounts that are kept in *path*: none, if there is no such file."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Kept])
    except FileNotFoundError:
        return []
    except msgspec.DecodeError as fault:
        raise BadPlan(f"{path} holds no accounts of a load test: {fault}.") from None


def keep_accounts(path: Path, accounts: list[Kept]) -> None:
    """Keep *accounts* in *path*, for its owner's eyes only."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(accounts))
