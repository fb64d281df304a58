"""Which network a client is in, for limits that are kept by address."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

SUBSCRIBER_PREFIX = 64
"""The bits of an IPv6 address that a provider assigns; a client chooses the others freely."""
_WIDER_PREFIXES = {4: 24, 6: 48}
"""What one customer of a data centre easily gets, by version of the protocol."""
MOST_REMEMBERED = 4096
"""Addresses whose network is remembered: it is asked for at every connection and request."""
_NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 addresses as a translator writes them (RFC 6052); as one network, all would share it."""


@lru_cache(MOST_REMEMBERED)
def client_network(address: str) -> str:
    """Return the /64 network of an IPv6 *address*; an IPv4 address as it is.

    An IPv4 address that is mapped into IPv6 is returned as IPv4. Brackets, a port and the name of
    an interface, which some proxies write, are left out. Any other text is returned as it is.
    """
    parsed = _parse(address)
    if parsed is None:
        return address
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    return str(ip_network((int(parsed), SUBSCRIBER_PREFIX), strict=False))


def wider_network(network: str) -> str:
    """Return the network around a `client_network`: /24 of IPv4, /48 of IPv6."""
    parsed = _parse(network.partition("/")[0])
    if parsed is None:
        return network
    return str(ip_network((int(parsed), _WIDER_PREFIXES[parsed.version]), strict=False))


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(_without_port(address).partition("%")[0])
    except ValueError:
        return None
    if isinstance(parsed, IPv4Address):
        return parsed
    if parsed in _NAT64:
        return IPv4Address(int(parsed) & 0xFFFFFFFF)
    return parsed.ipv4_mapped or parsed


def _without_port(address: str) -> str:
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address
