"""What all connections of a node have in common."""

from dataclasses import dataclass, field

from app.live.hub import Hub
from app.live.sessions import LiveSessions
from app.protocol.encode import Scribe
from app.ws.guests import Guests


@dataclass(frozen=True, slots=True)
class Manners:
    """Where the carts and the logins are, and how long a connection may be silent."""

    hub: Hub
    sessions: LiveSessions
    guests: Guests
    node: str
    heartbeat_ms: int
    hello_ms: int
    scribe: Scribe = field(default_factory=Scribe)
