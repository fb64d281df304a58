"""Several servers on one database: what they publish to each other, and how they apply it."""

import asyncio
from contextlib import suppress
from typing import Protocol, assert_never

from app.bus import events
from app.bus.barriers import Barriers
from app.bus.leases import Leases
from app.bus.redis import RedisBus
from app.bus.relay_frames import Batch
from app.domain.accounts import AccountId
from app.domain.members import People
from app.domain.sessions import Session, SessionHash
from app.live.ports import DisconnectReason
from app.protocol.changes import CommittedChange
from app.runtime.live_shop import LiveShop
from app.store.carts import load_versions

RECONCILE_EVERY_S = 30.0
GATHER_S = 0.02
BATCH_SIZE = 500


class NoPeers:
    """The `Peers` of a server that is alone on its database: nothing is published."""

    are_any = False

    def publish_tabs(self, account: AccountId, tabs: int, people: People) -> None:
        """Do nothing."""

    def publish_commit(
        self, account: AccountId, version: int, change: CommittedChange | None
    ) -> None:
        """Do nothing."""

    def on_cart_opened(self, account: AccountId) -> None:
        """Do nothing."""

    def on_cart_closed(self, account: AccountId) -> None:
        """Do nothing."""

    def publish_catalog(self) -> None:
        """Do nothing."""

    def publish_session_ended(self, id_hash: SessionHash, why: DisconnectReason) -> None:
        """Do nothing."""

    def publish_session_renewed(self, id_hash: SessionHash, session: Session) -> None:
        """Do nothing."""

    def publish_visits_ended(self, owner: AccountId) -> None:
        """Do nothing."""

    async def until_applied(self, cart: AccountId | None = None) -> None:
        """Return at once."""


class RedisPeers:
    """The `Peers` that are reached over Redis."""

    are_any = True

    def __init__(self, bus: RedisBus, leases: Leases, barriers: Barriers):
        self._bus = bus
        self._leases = leases
        self._barriers = barriers

    def publish_tabs(self, account: AccountId, tabs: int, people: People) -> None:
        """Publish how many tabs show a cart here; while there are any, subscribe to that cart."""
        self._bus.show(account, tabs, people)

    def publish_commit(
        self, account: AccountId, version: int, change: CommittedChange | None
    ) -> None:
        """Publish that a cart was saved as *version*, and what that changed, if anything."""
        self._bus.publish(events.CartCommitted(account, version, change), account)

    def on_cart_opened(self, account: AccountId) -> None:
        """Keep the lease of a cart, if it is owned here, for as long as the cart is open."""
        self._leases.use(account)

    def on_cart_closed(self, account: AccountId) -> None:
        """Release the lease of a cart, unless a tab of it is being let in."""
        self._leases.leave(account)

    def publish_catalog(self) -> None:
        """Publish that the catalogue changed."""
        self._bus.publish(events.CatalogChanged())

    def publish_session_ended(self, id_hash: SessionHash, why: DisconnectReason) -> None:
        """Publish that a login has ended."""
        self._bus.publish(events.SessionEnded(id_hash, why.name))

    def publish_session_renewed(self, id_hash: SessionHash, session: Session) -> None:
        """Publish that *session* replaced a login."""
        self._bus.publish(events.SessionRenewed(id_hash, session))

    def publish_visits_ended(self, owner: AccountId) -> None:
        """Publish that the cart of *owner* is shown to nobody else now."""
        self._bus.publish(events.VisitsEnded(owner))

    async def until_applied(self, cart: AccountId | None = None) -> None:
        """Wait until all nodes have applied what was published, and what is saved of *cart*."""
        await self._barriers.until_applied(cart)


class BatchListener(Protocol):
    """Handles what is sent to this server alone; `ws.relay_links.RelayLinks` does."""

    def on_batch(self, batch: Batch) -> None:
        """Handle frames of another server."""

    def on_disconnected(self) -> None:
        """Handle that from now on nothing is received."""


class BarrierListener(Protocol):
    """Answers barriers; `runtime.passed_barriers.PassedBarriers` does."""

    def on_barrier(self, node: str, barrier: events.Barrier) -> None:
        """Answer *node* once all that came before is applied."""


class PeerListener:
    """Applies the events of other servers, and finds out what lost events would have said.

    Events may be lost, so none is relied on: a cart that an event may be missing of is compared
    with the database, and every *reconcile_every_s* seconds everything that is open is.
    """

    def __init__(
        self,
        live: LiveShop,
        links: BatchListener,
        leases: Leases,
        barriers: BarrierListener,
        reconcile_every_s: float = RECONCILE_EVERY_S,
    ):
        self._hub = live.hub
        self._sessions = live.sessions
        self._database = live.database
        self._ended_sessions = live.ended_sessions
        self._links = links
        self._leases = leases
        self._barriers = barriers
        self._reconcile_every_s = reconcile_every_s
        self._suspects: set[AccountId] = set()
        self._suspects_found = asyncio.Event()
        self._reconcile_now = asyncio.Event()

    def on_message(self, node: str, event: events.Event) -> None:
        """Apply an event of the server *node*."""
        match event:
            case events.CartCommitted(account, version, change):
                self._hub.on_remote_commit(account, version, change)
            case events.TabsChanged(account, tabs, people):
                self._hub.on_remote_tabs(account, node, tabs, people)
            case events.CatalogChanged():
                self._hub.context.catalog.refresh_requested.set()
            case events.SessionEnded(id_hash, why):
                self._sessions.on_remote_end(id_hash, DisconnectReason[why])
            case events.SessionRenewed(id_hash, session):
                self._sessions.on_remote_renewal(id_hash, session)
            case events.VisitsEnded(owner):
                self._hub.on_remote_visits_end(owner)
            case events.Barrier():
                self._barriers.on_barrier(node, event)
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

    def on_batch(self, batch: Batch) -> None:
        """Pass on what another server sent about relayed websockets."""
        self._links.on_batch(batch)

    def on_disconnected(self) -> None:
        """Give up all relayed websockets."""
        self._links.on_disconnected()

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
        self._leases.compare()
        for account in self._hub.renew_presence():
            self.resync(account)
        await self._ended_sessions.compare()
