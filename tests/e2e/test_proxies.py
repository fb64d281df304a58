"""Only trusted proxies set the client's address, to which logs and rate limits refer."""

import pytest

from tests.e2e.conftest import ServerFactory
from tests.e2e.raw_client import Shopper, hello_fields, new_shopper

FORWARDED = "198.51.100.9, 203.0.113.7"
"""The client sent the first address; the nearest proxy appended the last one."""

BEHIND_PROXY = (
    "203.0.113.7",
    "203.0.113.7",
    "203.0.113.99",
    "2001:db8:1:2::1",
    "2001:db8:1:2::2",
    "2001:db8:1:3::1",
)
"""Two IPv6 addresses with the same first 64 bits are one subscriber's."""


@pytest.mark.parametrize(
    ("proxies", "address"),
    [("", "127.0.0.1"), ("192.0.2.1", "127.0.0.1"), ("127.0.0.1,10.0.0.0/8", "203.0.113.7")],
)
async def test_only_a_trusted_proxy_sets_the_address_of_a_socket(
    server_factory: ServerFactory, proxies: str, address: str
) -> None:
    shop = server_factory.open(proxies=proxies, drain_ms=0)
    async with await new_shopper(shop) as ada:
        headers = {"Cookie": ada.cookie, "X-Forwarded-For": FORWARDED}
        socket = await ada.socket(additional_headers=headers)
        await socket.send_frame("hello", **hello_fields(socket))
        await socket.expect("welcome")
        (opened,) = (event for event in shop.events() if event["event"] == "socket opened")

    assert opened["address"] == address


async def test_behind_a_trusted_proxy_each_address_has_its_own_rate_limit(
    server_factory: ServerFactory,
) -> None:
    shop = server_factory.open(
        proxies="127.0.0.1", registrations=1, registrations_per_h=1, drain_ms=0
    )
    async with Shopper(shop) as anonymous:
        statuses = [
            (
                await anonymous.send(
                    "POST",
                    "/api/accounts",
                    {"email": f"{n}@shop.example", "password": "seven brown bricks", "name": "A"},
                    X_Forwarded_For=address,
                )
            ).status
            for n, address in enumerate(BEHIND_PROXY)
        ]

    assert statuses == [201, 429, 201, 201, 429, 201]
