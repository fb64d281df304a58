"""Makes what handshakes need, and where event streams are found."""

import secrets
from collections.abc import Callable

from itsdangerous import URLSafeSerializer

from app.http.core.security import handshake_headers, hosts_of, origins_of
from app.runtime.config import Config
from app.runtime.live_shop import LiveShop
from app.runtime.relaying import Cluster
from app.store.helps import may_show
from app.ws.context import ConnectionContext
from app.ws.edge_relays import NoEdges
from app.ws.event_streams import EventStreams
from app.ws.handshake import WsContext
from app.ws.registry import ConnectionRegistry


def make_event_streams(config: Config, cluster: Cluster | None) -> EventStreams:
    """Return where the event streams of this server are found, also from its peers."""
    signer = URLSafeSerializer(config.secret, "event-stream")
    if cluster:
        return EventStreams(cluster.bus.node, signer, cluster.relay_bus)
    return EventStreams(config.node, signer, None)


def make_ws_context(  # noqa: PLR0913, PLR0917 - each is a part of the server
    config: Config,
    live: LiveShop,
    connections: ConnectionRegistry,
    session_id: Callable[[str, str], str | None],
    streams: EventStreams,
    cluster: Cluster | None,
) -> WsContext:
    """Return what handshakes need; *session_id* reads the id of a login from a `Cookie` header."""
    shared = ConnectionContext(
        live.hub,
        live.sessions,
        connections,
        config.node,
        config.heartbeat_ms,
        config.hello_ms,
        may_show=lambda cart, account: live.database.read(may_show, cart, account),
    )
    return WsContext(
        shared,
        origins_of(config.origins),
        hosts_of(config.origins),
        handshake_headers(is_https=config.is_https),
        session_id,
        live.session_lookup,
        live.security,
        new_name=lambda: f"c-{secrets.token_hex(6)}",
        edges=cluster.edges if cluster else NoEdges(),
        streams=streams,
    )
