"""The one writer of carts: changed carts wait here, and are saved together (group commit)."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from itertools import islice
from typing import NamedTuple, Protocol

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.errors import AccountRemoved, DatabaseUnavailable
from app.domain.hold_limits import GRACE_S
from app.domain.outbox import EvictedOutbox
from app.domain.saved_beside import SavedBeside
from app.store.cart_rows import Save, StaleCart
from app.store.cart_saves import SaveConflicts, as_save
from app.store.database import Database

log = logging.getLogger(__name__)

LARGEST_BATCH = 256


class Unsaved(Protocol):
    """A cart with changes to save."""

    def take(self) -> tuple[Cart, tuple[EvictedOutbox, ...], tuple[SavedBeside, ...]]:
        """Return the cart as it is now, outboxes evicted from it, and orders to save with it."""


class Commit(NamedTuple):
    """The outcome of one batch: no tab is told of a change before its cart is in `saved`.

    `refused`: an order of the cart could not be placed or cancelled, or units that it was to hold
    are not there, so the cart was not saved.
    `stale`: another server has saved the cart. `unknown`: in an outage, the database may or may not
    have saved it. `broken`: it can never be saved, or its account was deleted. `took_s`: how long
    the database took. `has_holds`: units of products were to be held or freed.
    """

    saved: tuple[AccountId, ...] = ()
    refused: tuple[AccountId, ...] = ()
    stale: tuple[AccountId, ...] = ()
    unknown: tuple[AccountId, ...] = ()
    broken: tuple[AccountId, ...] = ()
    took_s: float = 0.0
    has_holds: bool = False

    @property
    def fates(self) -> tuple[tuple[AccountId, ...], ...]:
        """The carts of the batch by what became of them."""
        return self[:5]


class Writer:
    """Saves carts. While a commit runs, changed carts gather; the next commit takes them all.

    There is no timer: batches grow exactly when there is load.
    """

    def __init__(
        self,
        database: Database,
        clock_s: Callable[[], float],
        steady_s: Callable[[], float],
        hold_s: int = GRACE_S,
    ):
        self._database = database
        self._hold_s = hold_s
        self._clock_s = clock_s
        self._steady_s = steady_s
        self._waiting: dict[AccountId, Unsaved] = {}
        self._work = asyncio.Event()
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many carts wait to be saved."""
        return len(self._waiting)

    def mark(self, account: AccountId, cart: Unsaved) -> None:
        """Have *cart* saved; it is taken as it is when its batch begins."""
        if not self._waiting:
            self._work.set()
        self._waiting[account] = cart

    def forget(self) -> None:
        """Save nothing that waits: its carts are to be read and marked again."""
        self._waiting.clear()

    def close(self) -> None:
        """Have `commits` end once all that waits is saved."""
        self._closed = True
        self._work.set()

    async def commits(self) -> AsyncIterator[Commit]:
        """Save batch after batch, and yield the outcome of each."""
        while self._waiting or not self._closed:
            await self._work.wait()
            batch = self._next_batch()
            if not self._waiting and not self._closed:
                self._work.clear()
            if batch:
                yield await self._save(batch)

    def _next_batch(self) -> list[tuple[AccountId, Unsaved]]:
        """Remove and return the carts that have waited longest."""
        batch = list(islice(self._waiting.items(), LARGEST_BATCH))
        for account, _ in batch:
            del self._waiting[account]
        return batch

    async def _save(self, batch: list[tuple[AccountId, Unsaved]]) -> Commit:
        saves: list[Save] = []
        broken: list[AccountId] = []
        has_holds = False
        for account, cart in batch:
            try:
                save = as_save(*cart.take(), self._hold_s)
                saves.append(save)
                has_holds |= bool(save.holds)
            except Exception:
                log.exception("the cart of %s cannot be written down", account)
                broken.append(account)
        began_s = self._steady_s()
        commit = await self._save_together(saves) if saves else Commit()
        took_s = self._steady_s() - began_s
        broken_too = (*commit.broken, *broken)
        return commit._replace(broken=broken_too, took_s=took_s, has_holds=has_holds)

    async def _save_together(self, saves: list[Save]) -> Commit:
        accounts = tuple([save.account for save in saves])
        try:
            conflicts = await self._database.save(saves, int(self._clock_s()))
        except DatabaseUnavailable as error:
            log.warning("%d carts were not saved: %s", len(saves), error)
            return Commit(unknown=accounts)
        except Exception:  # noqa: BLE001 - saving one by one finds out which cart it is
            return await self._save_one_by_one(saves)
        return _commit(accounts, conflicts)

    async def _save_one_by_one(self, saves: list[Save]) -> Commit:
        commit = Commit()
        for save in saves:
            one = await self._save_one(save)
            commit = Commit(
                commit.saved + one.saved,
                commit.refused + one.refused,
                commit.stale + one.stale,
                commit.unknown + one.unknown,
                commit.broken + one.broken,
            )
        return commit

    async def _save_one(self, save: Save) -> Commit:
        accounts = (save.account,)
        try:
            conflicts = await self._database.save([save], int(self._clock_s()))
        except StaleCart:
            return Commit(stale=accounts)
        except DatabaseUnavailable:
            return Commit(unknown=accounts)
        except AccountRemoved:
            return Commit(broken=accounts)
        except Exception:
            log.exception("the cart of %s cannot be saved", save.account)
            return Commit(broken=accounts)
        return _commit(accounts, conflicts)


def _commit(accounts: tuple[AccountId, ...], conflicts: SaveConflicts) -> Commit:
    """Return the outcome for *accounts*, of which those in *conflicts* were not saved."""
    if conflicts == SaveConflicts():
        return Commit(accounts)
    saved = tuple(
        one for one in accounts if one not in conflicts.refused and one not in conflicts.stale
    )
    return Commit(saved, conflicts.refused, conflicts.stale)
