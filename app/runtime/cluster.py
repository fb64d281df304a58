"""Several servers on one database: what they publish to each other, and how they apply it."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import assert_never

from app.bus import events
from app.bus.redis import RedisBus
from app.domain.cart import AccountId
from app.domain.sessions import Lifetime, Session, SessionHash
from app.live.ports import CommittedChange, DisconnectReason
from app.runtime.live_shop import LiveShop
from app.store.carts import load_versions
from app.store.sessions import load_last_uses

RECONCILE_EVERY_S = 30.0
GATHER_S = 0.02
BATCH_SIZE = 500


class NoPeers:
    """The `Peers` of a server that is alone on its database: nothing is published."""

    are_any = False

    def publish_tabs(self, account: AccountId, tabs: int) -> None:
        """Do nothing."""

    def publish_commit(
        self, account: AccountId, version: int, made: Sequence[CommittedChange]
    ) -> None:
        """Do nothing."""

    def publish_catalog(self) -> None:
        """Do nothing."""

    def publish_session_ended(self, id_hash: SessionHash, why: DisconnectReason) -> None:
        """Do nothing."""

    def publish_session_renewed(self, id_hash: SessionHash, session: Session) -> None:
        """Do nothing."""


class RedisPeers:
    """The `Peers` that are reached over Redis."""

    are_any = True

    def __init__(self, bus: RedisBus):
        self._bus = bus

    def publish_tabs(self, account: AccountId, tabs: int) -> None:
        """Publish how many tabs show a cart here; while there are any, subscribe to that cart."""
        self._bus.show(account, tabs)

    def publish_commit(
        self, account: AccountId, version: int, made: Sequence[CommittedChange]
    ) -> None:
        """Publish that a cart was saved as *version*, and the changes since the last one."""
        changes = [events.CartChange(patch, *by, order) for patch, by, order in made]
        self._bus.publish(events.CartCommitted(account, version, changes), account)

    def publish_catalog(self) -> None:
        """Publish that the catalogue changed."""
        self._bus.publish(events.CatalogChanged())

    def publish_session_ended(self, id_hash: SessionHash, why: DisconnectReason) -> None:
        """Publish that a login has ended."""
        self._bus.publish(events.SessionEnded(id_hash, why.name))

    def publish_session_renewed(self, id_hash: SessionHash, session: Session) -> None:
        """Publish that *session* replaced a login."""
        self._bus.publish(events.SessionRenewed(id_hash, session))


class PeerListener:
    """Applies the events of other servers, and finds out what lost events would have said.

    Events may be lost, so none is relied on: a cart that an event may be missing of is compared
    with the database, and every *reconcile_every_s* seconds everything that is open is.
    """

    def __init__(
        self,
        live: LiveShop,
        lifetime: Lifetime,
        now_s: Callable[[], float],
        reconcile_every_s: float = RECONCILE_EVERY_S,
    ):
        self._hub = live.hub
        self._sessions = live.sessions
        self._database = live.database
        self._lifetime = lifetime
        self._now_s = now_s
        self._reconcile_every_s = reconcile_every_s
        self._suspects: set[AccountId] = set()
        self._suspects_found = asyncio.Event()
        self._reconcile_now = asyncio.Event()

    def on_message(self, node: str, event: events.Event) -> None:
        """Apply an event of the server *node*."""
        match event:
            case events.CartCommitted(account, version, made):
                changes = (CommittedChange(one.patch, one.by, one.order) for one in made)
                self._hub.on_remote_commit(account, version, changes)
            case events.TabsChanged(account, tabs):
                self._hub.on_remote_tabs(account, node, tabs)
            case events.CatalogChanged():
                self._hub.context.catalog.refresh_requested.set()
            case events.SessionEnded(id_hash, why):
                self._sessions.on_remote_end(id_hash, DisconnectReason[why])
            case events.SessionRenewed(id_hash, session):
                self._sessions.on_remote_renewal(id_hash, session)
            case _:
                assert_never(event)

    def resync(self, account: AccountId) -> None:
        """Have a cart compared with the database, because events of it may have been missed."""
        self._suspects.add(account)
        self._suspects_found.set()

    def resume(self) -> None:
        """Have everything else compared, because any event may have been missed."""
        self._hub.context.catalog.refresh_requested.set()
        self._reconcile_now.set()

    async def check_suspects(self) -> None:
        """Wait for `resync`, and compare the versions of those carts with the database.

        Raises `DatabaseUnavailable`; the carts are compared at the next call then.
        """
        await self._suspects_found.wait()
        await asyncio.sleep(GATHER_S)
        self._suspects_found.clear()
        while self._suspects:
            batch = [self._suspects.pop() for _ in range(min(BATCH_SIZE, len(self._suspects)))]
            try:
                versions = await self._database.read(load_versions, batch)
            except BaseException:
                self._suspects.update(batch)
                self._suspects_found.set()
                raise
            for account, version in versions.items():
                self._hub.on_remote_commit(account, version)

    async def reconcile(self) -> None:
        """Wait for `resume` or for the interval to pass, and compare all open carts and logins."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._reconcile_every_s):
                await self._reconcile_now.wait()
        self._reconcile_now.clear()
        for account in self._hub.renew_presence():
            self.resync(account)
        names, now_s = self._sessions.names(), int(self._now_s())
        for start in range(0, len(names), BATCH_SIZE):
            batch = names[start : start + BATCH_SIZE]
            uses = await self._database.read(load_last_uses, batch, self._lifetime, now_s)
            self._sessions.update_uses(batch, uses)
