"""How many connections a server keeps, by the network that they come from, and which it ended.

A server has a limited number of file descriptors. Without these limits, one client that opens
connections and does nothing with them would keep everybody else out (CWE-772).
"""

import asyncio
import logging
from collections import Counter
from enum import StrEnum

from uvicorn.middleware.proxy_headers import _TrustedHosts

from app.services.client_network import client_network

log = logging.getLogger(__name__)

LOG_EVERY_S = 60.0
"""An attack must not fill the log: the counts of a minute are one line."""
UNLIMITED = 1_000_000


class Ending(StrEnum):
    """Why the server refused a connection or a request, or ended it."""

    NETWORK = "network"
    FULL = "full"
    MALFORMED = "malformed"
    HEADERS = "headers"
    BODY = "body"
    HANDSHAKE = "handshake"
    UNREAD = "unread"


class ConnectionLimits:
    """The limits on connections, and the counts of those that were refused or ended.

    *most* bounds all connections, and *most_of_network* those of an IPv4 address or an IPv6 /64.
    A connection of one of *proxies* counts for no network: its requests do, each for the client
    that the proxy names.
    """

    def __init__(self, most: int, most_of_network: int, proxies: str = ""):
        self.most = most
        self.most_of_network = most_of_network
        self.ended: Counter[str] = Counter({str(why): 0 for why in Ending})
        self._proxies = _TrustedHosts(proxies)
        self._connections = _Places()
        self._connections_of_proxies = _Places()
        self._requests = _Places()
        self._unlogged: Counter[str] = Counter()
        self._networks: Counter[str] = Counter()
        self._timer: asyncio.TimerHandle | None = None

    def enter_connection(self, address: str) -> "Seat | None":
        """Return a seat for a connection from *address*, or None if it is one too many."""
        if self._connections.total + self._connections_of_proxies.total >= self.most:
            self.note(Ending.FULL, address)
            return None
        if address in self._proxies:
            return Seat(self, self._connections_of_proxies, client_network(address))
        return self._enter(self._connections, address)

    def enter_request(self, address: str) -> "Seat | None":
        """Return a seat for a request that a proxy sends for *address*, or None if it has many."""
        return self._enter(self._requests, address)

    def has_others(self, network: str) -> bool:
        """Say whether anybody who is not in *network* is connected."""
        return self._connections.has_others(network) or self._requests.has_others(network)

    def note(self, why: Ending, address: str) -> None:
        """Count a connection that was refused or ended; it is in the log within a minute."""
        self.ended[why] += 1
        self._unlogged[why] += 1
        self._networks[client_network(address)] += 1
        if self._timer is None:
            self._log()

    def _enter(self, places: "_Places", address: str) -> "Seat | None":
        network = client_network(address)
        if places.of_network(network) < self.most_of_network:
            return Seat(self, places, network)
        self.note(Ending.NETWORK, address)
        return None

    def _log(self) -> None:
        """Log what was not logged yet, and again in a minute; after a quiet minute at once."""
        self._timer = None
        if not self._unlogged:
            return
        ((network, _),) = self._networks.most_common(1)
        details = {"counts": dict(self._unlogged), "mostly_of": network}
        log.warning("connections refused or ended", extra=details)
        self._unlogged.clear()
        self._networks.clear()
        self._timer = asyncio.get_running_loop().call_later(LOG_EVERY_S, self._log)


class _Places:
    """How many places are taken: in all, and by the clients of each network."""

    def __init__(self) -> None:
        self.total = 0
        self._taken: Counter[str] = Counter()

    def of_network(self, network: str) -> int:
        return self._taken[network]

    def has_others(self, network: str) -> bool:
        return len(self._taken) > (network in self._taken)

    def take(self, network: str) -> None:
        self.total += 1
        self._taken[network] += 1

    def leave(self, network: str) -> None:
        self.total -= 1
        self._taken[network] -= 1
        if not self._taken[network]:
            del self._taken[network]


class Seat:
    """A connection's place among those of its network, until `leave`."""

    __slots__ = ("_limits", "_places", "network")

    def __init__(self, limits: ConnectionLimits, places: _Places, network: str):
        self.network = network
        self._limits = limits
        self._places: _Places | None = places
        places.take(network)

    def note(self, why: Ending) -> None:
        """Count that the connection is ended by the server."""
        self._limits.note(why, self.network)

    def leave(self) -> None:
        """Give the place up; a second time does nothing."""
        places, self._places = self._places, None
        if places is not None:
            places.leave(self.network)
