"""A server beside others on one database: what it tells them, and what it makes of their events."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import assert_never

from app.bus import events
from app.bus.redis import RedisBus
from app.domain.cart import AccountId
from app.domain.sessions import Lifetime, Session, SessionHash
from app.live.hub import Hub
from app.live.ports import CommittedChange, DisconnectReason
from app.live.sessions import LiveSessions
from app.store.carts import load_versions
from app.store.database import Database
from app.store.sessions import load_uses

ROUND_EVERY_S = 30.0
GATHER_S = 0.02
AT_ONCE = 500


class NoPeers:
    """A server that has the database to itself has nobody to tell."""

    are_any = False

    def publish_tabs(self, account: AccountId, tabs: int) -> None:
        """Tell nobody."""

    def publish_commit(
        self, account: AccountId, version: int, made: Sequence[CommittedChange]
    ) -> None:
        """Tell nobody."""

    def publish_catalog(self) -> None:
        """Tell nobody."""

    def publish_session_ended(self, id_hash: SessionHash, why: DisconnectReason) -> None:
        """Tell nobody."""

    def publish_session_renewed(self, id_hash: SessionHash, session: Session) -> None:
        """Tell nobody."""


class RedisPeers:
    """The other servers."""

    are_any = True

    def __init__(self, bus: RedisBus):
        self._bus = bus

    def publish_tabs(self, account: AccountId, tabs: int) -> None:
        """Tell that so many tabs look at a cart here; as long as there are any, hear of it too."""
        self._bus.show(account, tabs)

    def publish_commit(
        self, account: AccountId, version: int, made: Sequence[CommittedChange]
    ) -> None:
        """Tell that a cart was saved here under *version*, and what was done to it."""
        told = [events.CartChange(patch, *by, order) for patch, by, order in made]
        self._bus.publish(events.CartCommitted(account, version, told), account)

    def publish_catalog(self) -> None:
        """Tell that something on the shelf moved."""
        self._bus.publish(events.CatalogChanged())

    def publish_session_ended(self, id_hash: SessionHash, why: DisconnectReason) -> None:
        """Tell that a login has ended."""
        self._bus.publish(events.SessionEnded(id_hash, why.name))

    def publish_session_renewed(self, id_hash: SessionHash, session: Session) -> None:
        """Tell that *session* took the place of a login."""
        self._bus.publish(events.SessionRenewed(id_hash, session))


class PeerListener:
    """What this server makes of news, and of those that it may have missed."""

    def __init__(
        self,
        hub: Hub,
        sessions: LiveSessions,
        database: Database,
        lifetime: Lifetime,
        now_s: Callable[[], float],
    ):
        self._hub = hub
        self._sessions = sessions
        self._database = database
        self._lifetime = lifetime
        self._now_s = now_s
        self._suspects: set[AccountId] = set()
        self._doubt = asyncio.Event()
        self._round = asyncio.Event()

    def on_message(self, node: str, event: events.Event) -> None:
        """Take what another server tells."""
        match event:
            case events.CartCommitted(account, version, made):
                here = (CommittedChange(one.patch, one.by, one.order) for one in made)
                self._hub.on_remote_commit(account, version, here)
            case events.TabsChanged(account, tabs):
                self._hub.hear_tabs(account, node, tabs)
            case events.CatalogChanged():
                self._hub.context.catalog.refresh_requested.set()
            case events.SessionEnded(id_hash, why):
                self._sessions.hear_ended(id_hash, DisconnectReason[why])
            case events.SessionRenewed(id_hash, session):
                self._sessions.hear_renewed(id_hash, session)
            case _:
                assert_never(event)

    def resync(self, account: AccountId) -> None:
        """Learn that something may have been missed of a cart."""
        self._suspects.add(account)
        self._doubt.set()

    def resume(self) -> None:
        """Learn that something may have been missed of everything else."""
        self._hub.context.catalog.refresh_requested.set()
        self._round.set()

    async def look(self) -> None:
        """Wait for carts of which something may have been missed, and see where they are."""
        await self._doubt.wait()
        await asyncio.sleep(GATHER_S)
        self._doubt.clear()
        while self._suspects:
            some = [self._suspects.pop() for _ in range(min(AT_ONCE, len(self._suspects)))]
            try:
                found = await self._database.read(load_versions, some)
            except BaseException:
                self._suspects.update(some)
                self._doubt.set()
                raise
            for account, version in found.items():
                self._hub.on_remote_commit(account, version)

    async def go_round(self) -> None:
        """Compare everything that is open with the disk: now and then, and after a silence."""
        with suppress(TimeoutError):
            async with asyncio.timeout(ROUND_EVERY_S):
                await self._round.wait()
        self._round.clear()
        for account in self._hub.go_round():
            self.resync(account)
        names, now_s = self._sessions.names(), int(self._now_s())
        for start in range(0, len(names), AT_ONCE):
            some = names[start : start + AT_ONCE]
            uses = await self._database.read(load_uses, some, self._lifetime, now_s)
            self._sessions.compare(some, uses)
