"""Which network a client is in, for limits that are kept by address."""

from ipaddress import IPv6Address, ip_address, ip_network

SUBSCRIBER_PREFIX = 64
"""The bits of an IPv6 address that a provider assigns; a client chooses the others freely."""


def client_network(address: str) -> str:
    """Return the /64 network of an IPv6 *address*; any other address as it is.

    An IPv4 address that is mapped into IPv6 is returned as IPv4.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    return str(parsed.ipv4_mapped or ip_network((parsed, SUBSCRIBER_PREFIX), strict=False))
