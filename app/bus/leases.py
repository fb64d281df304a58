"""Leases: which carts are owned by this node, so that all tabs of a cart meet on one node."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple, Protocol

from app.domain.accounts import AccountId

RENEW_EVERY_S = 0.4
CLAIM_S = 1.0
"""How long an answer is waited for; without one, the cart is opened here."""


class Owner(NamedTuple):
    """Another node that owns a cart; `is_leaving`: it drains, and hands its carts over."""

    node: str
    is_leaving: bool = False


class Exchange(NamedTuple):
    """What became of claims: the owners of those that were refused, and how many were taken over.

    `has_lapsed`: this node was not heard of for so long that others may have taken its carts.
    """

    refused: Mapping[AccountId, Owner]
    takeovers: int = 0
    has_lapsed: bool = False


class LeaseStore(Protocol):
    """Where the nodes keep who owns what; `RedisLeaseStore` is one."""

    @property
    def is_up(self) -> bool:
        """Say whether it can be asked."""

    async def exchange(
        self, released: Sequence[AccountId], claims: Mapping[AccountId, str], *, is_leaving: bool
    ) -> Exchange:
        """Renew this node's presence, give up what is *released*, and then claim carts.

        A claim names the node whose lease counts for nothing, or is empty.
        """


class _Claim(NamedTuple):
    instead_of: str
    answer: asyncio.Future[Owner | None]


class Leases:
    """The carts that are used on this node, and those of them that it owns (`held`).

    A lease avoids that two nodes save one cart; it does not protect the cart. That is done by the
    cart's version in the database: the save of a node whose lease is lost is stale. So a cart may
    be used without a lease, when the store is away or its answer is late.
    """

    def __init__(self, store: LeaseStore):
        self.held: set[AccountId] = set()
        self.is_leaving = False
        self.counts = Counter[str]()
        self._store = store
        self._users = Counter[AccountId]()
        self._claims: dict[AccountId, _Claim] = {}
        self._releases: set[AccountId] = set()
        self._must_compare = False
        self._work = asyncio.Event()
        self._exchanged = asyncio.Event()

    async def acquire(self, account: AccountId, instead_of: str = "") -> Owner | None:
        """Use *account*'s cart here until `leave`, or return the other node that owns it.

        The lease of *instead_of* counts for nothing: that node has not answered.
        """
        self.use(account)
        if account in self.held or not self._store.is_up:
            return None
        owner = await self._claim(account, instead_of)
        if owner:
            self.leave(account)
        return owner

    def use(self, account: AccountId) -> None:
        """Note that *account*'s cart is used here once more."""
        self._users[account] += 1

    def leave(self, account: AccountId) -> None:
        """Note that a use has ended; after the last one, the lease is given up."""
        self._users[account] -= 1
        if not self._users[account]:
            del self._users[account]
            if account in self.held:
                self._release(account)

    def compare(self) -> None:
        """Claim all carts in use again, because leases may have been lost."""
        self._must_compare = True
        self._work.set()

    def begin_leaving(self) -> None:
        """Have other nodes ask for the carts of this one, because it drains."""
        self.is_leaving = True
        self._work.set()

    async def released(self, account: AccountId) -> None:
        """Wait until the lease of *account*'s cart is not held any more."""
        while account in self.held or account in self._users:
            await self._exchanged.wait()

    async def run(self, on_lost: Callable[[AccountId], None]) -> None:
        """Wait for something to do, or to renew; then do it all in one exchange with the store.

        *on_lost* is called for each cart in use that turns out to be owned by another node.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(RENEW_EVERY_S):
                await self._work.wait()
        self._work.clear()
        released = [account for account in self._releases if account not in self._users]
        claims, self._claims = self._claims, {}
        asked = {account: claim.instead_of for account, claim in claims.items()}
        compared = tuple(self._users) if self._must_compare else ()
        self._must_compare = False
        self._releases.clear()
        self.held.difference_update(released)
        try:
            done = await self._store.exchange(
                released, dict.fromkeys(compared, "") | asked, is_leaving=self.is_leaving
            )
        except BaseException:
            self.held.clear()
            self._must_compare = True
            self._answer(claims, {})
            raise
        self._take(done, (*compared, *asked))
        self._answer(claims, done.refused)
        for account in done.refused.keys() & compared:
            on_lost(account)

    def _take(self, done: Exchange, claimed: Iterable[AccountId]) -> None:
        self.counts["takeover"] += done.takeovers
        for account in claimed:
            if account in done.refused:
                self.held.discard(account)
                continue
            self.held.add(account)
            if account not in self._users:  # whoever claimed it has left meanwhile
                self._release(account)
        if done.has_lapsed:
            self.compare()
        self._exchanged.set()
        self._exchanged = asyncio.Event()

    def _answer(
        self, claims: Mapping[AccountId, _Claim], refused: Mapping[AccountId, Owner]
    ) -> None:
        for account, claim in claims.items():
            if not claim.answer.done():
                claim.answer.set_result(refused.get(account))

    async def _claim(self, account: AccountId, instead_of: str) -> Owner | None:
        known = self._claims.get(account)
        answer = known.answer if known else asyncio.get_running_loop().create_future()
        self._claims[account] = _Claim(instead_of, answer)
        self._work.set()
        done, _ = await asyncio.wait([answer], timeout=CLAIM_S)
        return answer.result() if done else None

    def _release(self, account: AccountId) -> None:
        self._releases.add(account)
        self._work.set()
