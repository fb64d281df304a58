"""What happens after each commit: the loop between the writer and the live carts."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Protocol

from app.domain.accounts import AccountId
from app.domain.errors import DatabaseUnavailable
from app.live.hub import Hub
from app.store.writer import Commit


class CommitSource(Protocol):
    """Where commits come from; `store.writer.Writer` is one."""

    def commits(self) -> AsyncIterator[Commit]:
        """Yield the outcome of each batch, until the source is closed and empty."""


class CommitLoop:
    """Announces commits to the live carts, one after the other."""

    def __init__(
        self,
        source: CommitSource,
        hub: Hub,
        refresh_catalog: Callable[[], Awaitable[None]],
        steady_s: Callable[[], float],
    ):
        self._source = source
        self._hub = hub
        self._refresh_catalog = refresh_catalog
        self._steady_s = steady_s

    async def run(self) -> None:
        """Handle every commit until the writer is closed."""
        async for commit in self._source.commits():
            await self._handle(commit)

    async def _handle(self, commit: Commit) -> None:
        """Announce what was saved, and have all other carts reloaded, dropped or ruled on again.

        The next batch is written only after this returns. So carts are announced in the order of
        their commits, and a refused cart cannot be saved again before it is ruled on anew. Holds
        are told from the catalogue, so it has to have them first.
        """
        if commit.has_holds and commit.saved:
            await self._refresh()
            self._hub.context.peers.publish_catalog()
        self._hub.announce(commit.saved)
        self._hub.mark_stale(commit.stale)
        self._hub.mark_unknown(commit.unknown)
        self._hub.lose(commit.broken)
        self._hub.context.stats.commit(self._steady_s(), commit.took_s, commit.fates)
        self._hub.settle()
        if commit.refused:
            await self._refuse(commit.refused)

    async def _refuse(self, refused: Iterable[AccountId]) -> None:
        """Rule again on carts whose order or holds conflicted, with the catalogue as it is now.

        Without the refresh, the same would pass the rules and conflict again. In an outage the old
        catalogue has to do; the order is then tried again.
        """
        await self._refresh()
        self._hub.refuse(refused)

    async def _refresh(self) -> None:
        with suppress(DatabaseUnavailable):
            await self._refresh_catalog()
