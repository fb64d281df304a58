"""Rate limits by client address."""

import pytest

from app.domain.token_bucket import RateLimit
from app.services import rate_limit
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


def test_full_buckets_are_dropped_when_there_are_too_many(
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
