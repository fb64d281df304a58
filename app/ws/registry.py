"""The open websockets of this server, and the limits on their number."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Protocol

from app.ws.close_codes import CloseCode

CODES = frozenset((*CloseCode, 1000, 1001, 1002, 1003, 1005, 1006, 1007, 1009))
"""Close codes that are counted one by one; a client may send any from 1000 to 4999."""
OTHER = "other"


class ActiveConnection(Protocol):
    """An open websocket with a login."""

    @property
    def unread(self) -> int:
        """How many frames wait to be written to it."""

    def drain(self, open_after_ms: int, close_in_ms: int) -> None:
        """Ask the client to reconnect elsewhere."""

    def restart(self) -> None:
        """Close, because the server ends."""


@dataclass(slots=True)
class ConnectionRegistry:
    """Counts websockets: in all, by address while they have no login, by account until hello.

    `refused` counts handshakes that were answered with an HTTP status, `closed` counts websockets
    by their close code, whether it was sent by the server or by the client.
    """

    most: int
    most_without_login: int
    most_without_hello: int
    draining: bool = False
    inside: set[ActiveConnection] = field(default_factory=set)
    refused: Counter[HTTPStatus] = field(default_factory=Counter)
    closed: Counter[str] = field(default_factory=Counter)
    _addresses: Counter[str] = field(default_factory=Counter)
    _accounts: Counter[str] = field(default_factory=Counter)

    def at_capacity(self, address: str) -> bool:
        """Say whether a new websocket from *address* must be refused, to be tried again later."""
        is_crowded = self._addresses[address] >= self.most_without_login
        return self.draining or is_crowded or len(self.inside) >= self.most

    def is_crowded(self, account: str) -> bool:
        """Say whether too many websockets of *account* have not sent their hello yet."""
        return self._accounts[account] >= self.most_without_hello

    def count_close(self, code: int) -> None:
        """Count a websocket that was closed with *code*."""
        self.closed[str(int(code)) if code in CODES else OTHER] += 1

    @contextmanager
    def without_login(self, address: str) -> Iterator[None]:
        """Count a websocket from *address* for as long as it has no login."""
        with _counted(self._addresses, address):
            yield

    @contextmanager
    def without_hello(self, account: str) -> Iterator[None]:
        """Count a websocket of *account* until its hello."""
        with _counted(self._accounts, account):
            yield


@contextmanager
def _counted(counter: Counter[str], name: str) -> Iterator[None]:
    counter[name] += 1
    try:
        yield
    finally:
        counter[name] -= 1
        if not counter[name]:
            del counter[name]
