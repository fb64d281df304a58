"""What is read of a handshake."""

from typing import Any

import pytest

from app.ws.handshake_request import Request


@pytest.mark.parametrize(
    ("client", "address", "network"),
    [
        (("2001:db8:1:2:3::4", 50_000), "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        (("::ffff:192.0.2.1", 50_000), "::ffff:192.0.2.1", "192.0.2.1"),
        (None, "<local>", "<local>"),
    ],
)
def test_limits_count_the_network_of_a_socket_and_logs_have_its_address(
    client: object, address: str, network: str
) -> None:
    scope: dict[str, Any] = {
        "client": client,
        "headers": [],
        "scheme": "ws",
        "server": ("127.0.0.1", 8000),
    }

    request = Request.of(scope, [])

    assert (request.address, request.network) == (address, network)
