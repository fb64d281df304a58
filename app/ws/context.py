"""What all connections of a node have in common."""

from dataclasses import dataclass, field

from app.live.hub import Hub
from app.live.sessions import LiveSessions
from app.protocol.encode import CachingEncoder
from app.ws.registry import ConnectionRegistry


@dataclass(frozen=True, slots=True)
class ConnectionContext:
    """Where the carts and the logins are, and how long a connection may be silent."""

    hub: Hub
    sessions: LiveSessions
    connections: ConnectionRegistry
    node: str
    heartbeat_ms: int
    hello_ms: int
    encoder: CachingEncoder = field(default_factory=CachingEncoder)
