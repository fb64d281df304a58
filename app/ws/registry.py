"""The sockets of this process: who is in, who waits at the door, and how many there may be."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Protocol

from app.ws.close_codes import CloseCode

CODES = frozenset((*CloseCode, 1000, 1001, 1002, 1003, 1005, 1006, 1007, 1009))
"""Close codes that are counted one by one; a client may say any number from 1000 to 4999."""
OTHER = "other"


class ActiveConnection(Protocol):
    """A socket that is in."""

    @property
    def unread(self) -> int:
        """How many frames wait to be written to it."""

    def drain(self, open_after_ms: int, close_in_ms: int) -> None:
        """Be asked to go elsewhere."""

    def restart(self) -> None:
        """Be shown out."""


@dataclass(slots=True)
class ConnectionRegistry:
    """Counts sockets in all, by address while they have no login, by account until hello.

    `refused` counts handshakes that were answered with an HTTP status, `closed` sockets by the
    code that they were closed with, be it ours or the client's.
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
        """Say whether a newcomer from *address* has to come back later."""
        crowded = self._addresses[address] >= self.most_without_login
        return self.draining or crowded or len(self.inside) >= self.most

    def is_crowded(self, account: str) -> bool:
        """Say whether too many sockets of *account* have not said hello yet."""
        return self._accounts[account] >= self.most_without_hello

    def part(self, code: int) -> None:
        """Count a socket that was closed with *code*."""
        self.closed[str(int(code)) if code in CODES else OTHER] += 1

    @contextmanager
    def without_login(self, address: str) -> Iterator[None]:
        """Count a socket from *address* for as long as it has no login."""
        with _counted(self._addresses, address):
            yield

    @contextmanager
    def without_hello(self, account: str) -> Iterator[None]:
        """Count a socket of *account* until its hello."""
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
