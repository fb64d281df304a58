"""Limits on clients (protocol.md §4, `welcome`, and §6)."""

from dataclasses import asdict

from app.domain.limits import Limits, RateLimit


def test_the_default_limits_are_those_of_the_protocol() -> None:
    assert asdict(Limits()) == {
        "frame": 8192,
        "inflight": 32,
        "burst": 64,
        "per_s": 10,
        "watch": 200,
        "lines": 100,
        "qty": 99,
        "note": 500,
        "sockets": 10,
    }


def test_the_token_bucket_for_ops_has_the_configured_size_and_rate() -> None:
    assert Limits(burst=7, per_s=3).ops == RateLimit(size=7, per_s=3)
