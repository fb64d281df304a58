"""Rate limits by client address."""

from app.domain.limits import RateLimit
from app.services.rate_limit import RateLimiter
from tests.http.flaky import FakeClock


def test_an_address_that_has_spent_its_burst_has_to_wait() -> None:
    clock = FakeClock()
    registrations = RateLimiter(RateLimit(2, 0.1), clock.now_s)

    assert [registrations.spend("192.0.2.1") for _ in range(3)] == [0, 0, 10]
    clock.at_s += 9.5
    assert registrations.spend("192.0.2.1") == 1
    clock.at_s += 0.5
    assert registrations.spend("192.0.2.1") == 0


def test_each_address_has_a_bucket_of_its_own() -> None:
    registrations = RateLimiter(RateLimit(1, 0.1), FakeClock().now_s)

    assert [registrations.spend(address) for address in ("a", "a", "b")] == [0, 10, 0]


def test_full_buckets_are_dropped_and_the_others_kept() -> None:
    clock = FakeClock()
    registrations = RateLimiter(RateLimit(1, 0.1), clock.now_s)
    registrations.spend("long ago")
    clock.at_s += 10

    for address in ("just now", "and now"):
        registrations.spend(address)

    assert registrations.addresses == 2
    assert registrations.spend("just now") == 10


def test_as_many_addresses_as_an_attacker_has_take_bounded_memory() -> None:
    registrations = RateLimiter(RateLimit(1, 0.1), FakeClock().now_s, most=50)

    assert [registrations.spend(f"2001:db8:0:{n:x}::/64") for n in range(200)] == [0] * 200

    assert registrations.addresses == 50
