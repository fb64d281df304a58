"""How often each address may do something."""

import pytest

from app.domain.token_bucket import RateLimit
from app.services import rate_limit
from app.services.client_network import client_network
from app.services.rate_limit import RateLimiter
from tests.http.flaky import FakeClock


def test_an_address_may_do_so_much_at_once_and_then_has_to_wait() -> None:
    clock = FakeClock()
    registrations = RateLimiter(RateLimit(2, 0.1), clock.now_s)

    assert [registrations.spend("192.0.2.1") for _ in range(3)] == [0, 0, 10]
    clock.at_s += 9.5
    assert registrations.spend("192.0.2.1") == 1
    clock.at_s += 0.5
    assert registrations.spend("192.0.2.1") == 0


def test_one_address_does_not_pay_for_another() -> None:
    registrations = RateLimiter(RateLimit(1, 0.1), FakeClock().now_s)

    assert [registrations.spend(address) for address in ("a", "a", "b")] == [0, 10, 0]


def test_addresses_that_have_their_allowance_back_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rate_limit, "MOST_ADDRESSES", 2)
    clock = FakeClock()
    registrations = RateLimiter(RateLimit(1, 0.1), clock.now_s)
    registrations.spend("long ago")
    clock.at_s += 10

    for address in ("just now", "and now"):
        registrations.spend(address)

    assert registrations.addresses == 2
    assert registrations.spend("just now") == 10


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("<local>", "<local>"),
        ("", ""),
    ],
)
def test_a_home_counts_as_one_address(address: str, counted_as: str) -> None:
    assert client_network(address) == counted_as
