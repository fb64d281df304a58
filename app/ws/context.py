"""What all connections of a server share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from app.domain.accounts import AccountId
from app.domain.languages import ENGLISH, Language
from app.live.hub import Hub
from app.live.sessions import LiveSessions
from app.protocol.encode import CachingEncoder, LocalizingEncoder
from app.ws.flusher import Flusher
from app.ws.registry import ConnectionRegistry


@dataclass(frozen=True, slots=True)
class ConnectionContext:
    """The live carts and logins, the timeouts of a connection, and what encodes and flushes.

    `may_show` says whether the second account may see the cart of the first. `_encoders` are those
    of the languages that tabs had so far.
    """

    hub: Hub
    sessions: LiveSessions
    connections: ConnectionRegistry
    node: str
    heartbeat_ms: int
    hello_ms: int
    may_show: Callable[[AccountId, AccountId], Awaitable[bool]]
    flusher: Flusher = field(default_factory=Flusher)
    _encoders: dict[Language, CachingEncoder] = field(
        default_factory=lambda: {ENGLISH: CachingEncoder()}
    )

    def encoder(self, language: Language) -> CachingEncoder:
        """Return the encoder of all tabs in *language*.

        Each language has one of its own: so tabs in turn share what is encoded for them.
        """
        if language not in self._encoders:
            catalog = self.hub.context.catalog
            self._encoders[language] = LocalizingEncoder(language, lambda: catalog.today)
        return self._encoders[language]
