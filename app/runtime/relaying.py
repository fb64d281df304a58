"""Composition of what a server with peers has beside: leases of carts, and relayed websockets."""

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from app.bus.barriers import Barriers
from app.bus.lease_store import RedisLeaseStore
from app.bus.leases import Leases
from app.bus.redis import RedisBus
from app.bus.relay_bus import RelayBus
from app.runtime.cluster import PeerListener
from app.runtime.live_shop import LiveShop
from app.runtime.passed_barriers import PassedBarriers
from app.ws.context import ConnectionContext
from app.ws.edge_relays import EdgeRelays
from app.ws.event_streams import EventStreams
from app.ws.owner_relays import OwnerRelays
from app.ws.registry import ConnectionRegistry
from app.ws.relay_links import RelayLinks
from app.ws.serving import serve_relayed


class Cluster(NamedTuple):
    """The connections of one server to its peers, and what it owns and relays."""

    bus: RedisBus
    store: RedisLeaseStore
    leases: Leases
    relay_bus: RelayBus
    edges: EdgeRelays
    barriers: Barriers

    @classmethod
    def connect(cls, url: str, node: str, connections: ConnectionRegistry) -> "Cluster":
        """Return the parts that need nothing of the server; *node* differs at each start."""
        bus = RedisBus(url, node)
        store, relay_bus = RedisLeaseStore(bus), RelayBus(bus)
        leases = Leases(store)
        edges = EdgeRelays(leases, relay_bus, connections)
        return cls(bus, store, leases, relay_bus, edges, Barriers(bus))

    def serve(self, live: LiveShop, shared: ConnectionContext, streams: EventStreams) -> "Relaying":
        """Return the parts that serve the tabs of other nodes, with *live* carts."""
        serve = partial(serve_relayed, shared, live.session_lookup)
        owners = OwnerRelays(self.leases, self.relay_bus, serve, live.hub.hand_over)
        links = RelayLinks(
            self.edges, owners, streams, self.leases, self.relay_bus, self.barriers.on_passed
        )
        passed = PassedBarriers(live.hub, owners, self.relay_bus)
        return Relaying(self, owners, links, PeerListener(live, links, self.leases, passed))

    async def close(self) -> None:
        """Leave: what was owned here is free at once."""
        await self.store.leave()
        await self.bus.close()


class Relaying(NamedTuple):
    """What a server with peers does, beside serving its own tabs."""

    cluster: Cluster
    owners: OwnerRelays
    links: RelayLinks
    listener: PeerListener

    @property
    def is_up(self) -> bool:
        """Say whether events are received."""
        return self.cluster.bus.is_up

    @property
    def waiting(self) -> int:
        """How many events wait to be published."""
        return self.cluster.bus.waiting

    @property
    def leases(self) -> int:
        """How many carts are owned here."""
        return len(self.cluster.leases.held)

    @property
    def relayed(self) -> Mapping[str, int]:
        """How many websockets are relayed, by the end that is here."""
        return {"edge": len(self.cluster.edges), "owner": len(self.owners)}

    @property
    def events(self) -> Mapping[str, int]:
        """How often leases moved, and links were cut."""
        return self.cluster.leases.counts
