"""What a connection is made of: a websocket, or what does the same where none can be opened."""

from typing import Protocol

from app.client.backoff import Reconnect
from app.client.errors import HandshakeRefused


class WireClosed(Exception):
    """The wire is closed: the code and reason of the close, 1006 if the server gave none.

    `outcome` says what to do if that is no matter of the code.
    """

    def __init__(self, code: int, reason: str, outcome: Reconnect | HandshakeRefused | None = None):
        super().__init__(f"{code} {reason}".rstrip())
        self.code = code
        self.reason = reason
        self.outcome = outcome


class Wire(Protocol):
    """Carries frames both ways, in order."""

    @property
    def is_open(self) -> bool:
        """Say whether frames can be sent."""

    def send(self, frame: str) -> None:
        """Send *frame* without waiting, after the frames before it."""

    async def receive(self) -> bytes:
        """Return the next frame. Raises WireClosed."""

    def abort(self) -> None:
        """Drop the wire, without telling the server more."""

    async def close(self) -> None:
        """Close the wire."""


FIRST_SERVER_ERROR = 500
TOO_MANY_REQUESTS = 429


def after_status(status: int, reason: str, retry_after: str) -> Reconnect | HandshakeRefused:
    """Return what to do after a handshake was answered with an HTTP *status*."""
    if status < FIRST_SERVER_ERROR and status != TOO_MANY_REQUESTS:
        return HandshakeRefused(f"HTTP {status} {reason}".rstrip())
    return Reconnect(min_delay_s=int(retry_after) if retry_after.isdecimal() else 0)
