"""What all connections of a server share."""

from dataclasses import dataclass, field

from app.live.hub import Hub
from app.live.sessions import LiveSessions
from app.protocol.encode import CachingEncoder
from app.ws.registry import ConnectionRegistry


@dataclass(frozen=True, slots=True)
class ConnectionContext:
    """The live carts and logins, and the timeouts of a connection."""

    hub: Hub
    sessions: LiveSessions
    connections: ConnectionRegistry
    node: str
    heartbeat_ms: int
    hello_ms: int
    encoder: CachingEncoder = field(default_factory=CachingEncoder)
