"""A token bucket, as a value (protocol.md §6)."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.limits import RateLimit
from app.domain.token_bucket import KeptBuckets, TokenBucket, full, refill, spend, wait_ms

OPS = RateLimit(64, 10)
SMALL = RateLimit(3, 2)
NOW_S = 1000.0


def spent(times: int, bucket: RateLimit, now_s: float = NOW_S) -> TokenBucket:
    """Return a full bucket after so many tokens were taken at once."""
    left = full(bucket, now_s)
    for _ in range(times):
        after = spend(left, bucket, now_s)
        assert after
        left = after
    return left


def test_a_full_bucket_gives_what_it_holds_and_no_more() -> None:
    assert spent(64, OPS) == TokenBucket(0, NOW_S)
    assert spend(spent(64, OPS), OPS, NOW_S) is None


def test_tokens_are_refilled_at_the_configured_rate() -> None:
    assert refill(spent(64, OPS), OPS, NOW_S + 2) == TokenBucket(20, NOW_S + 2)
    assert spend(spent(64, OPS), OPS, NOW_S + 2) == TokenBucket(19, NOW_S + 2)


def test_a_fraction_of_a_token_is_not_given() -> None:
    assert spend(spent(3, SMALL), SMALL, NOW_S + 0.25) is None
    assert spend(spent(3, SMALL), SMALL, NOW_S + 0.5) == TokenBucket(0, NOW_S + 0.5)


def test_fractions_of_tokens_add_up() -> None:
    half = refill(spent(3, SMALL), SMALL, NOW_S + 0.25)

    assert spend(half, SMALL, NOW_S + 0.5) == TokenBucket(0, NOW_S + 0.5)


def test_a_bucket_does_not_exceed_its_capacity() -> None:
    assert refill(spent(1, SMALL), SMALL, NOW_S + 3600) == full(SMALL, NOW_S + 3600)


def test_a_clock_that_stops_or_goes_back_adds_and_removes_no_tokens() -> None:
    assert refill(spent(1, SMALL), SMALL, NOW_S).left == 2
    assert refill(spent(1, SMALL), SMALL, NOW_S - 60).left == 2


@pytest.mark.parametrize(
    ("times", "later_s", "wait"), [(0, 0, 0), (2, 0, 0), (3, 0, 500), (3, 0.25, 250), (3, 0.5, 0)]
)
def test_the_wait_is_the_time_until_a_token_is_available(
    times: int, later_s: float, wait: int
) -> None:
    assert wait_ms(spent(times, SMALL), SMALL, NOW_S + later_s) == wait


@pytest.mark.parametrize("per_s", [3, 7])
def test_a_wait_is_rounded_up(per_s: float) -> None:
    bucket = RateLimit(1, per_s)

    assert wait_ms(spent(1, bucket), bucket, NOW_S) == 1000 // per_s + 1


def test_a_bucket_without_limits_never_runs_out() -> None:
    endless = RateLimit(float("inf"), 10)

    assert spend(spent(1000, endless), endless, NOW_S)
    assert wait_ms(spent(1000, endless), endless, NOW_S) == 0


some_bucket = st.builds(
    RateLimit, st.sampled_from([1, 2, 5, 64]), st.sampled_from([0.5, 1, 2, 3, 10, 33])
)


def test_buckets_that_are_full_by_now_are_forgotten() -> None:
    kept = KeptBuckets[str](RateLimit(2, 1), 10)
    kept.keep("idle", TokenBucket(1, NOW_S), NOW_S)
    kept.keep("busy", TokenBucket(0, NOW_S), NOW_S)

    kept.keep("new", TokenBucket(1, NOW_S + 1), NOW_S + 1)

    assert [kept.get(owner) is None for owner in ("idle", "busy", "new")] == [True, False, False]


def test_no_more_buckets_are_kept_than_allowed_and_the_oldest_go() -> None:
    kept = KeptBuckets[int](RateLimit(2, 1), 3)
    for owner in (0, 1, 2, 0, 3):
        kept.keep(owner, TokenBucket(0, NOW_S), NOW_S)

    assert [owner for owner in range(4) if kept.get(owner)] == [0, 2, 3]


def test_keeping_a_bucket_costs_the_same_however_many_are_kept() -> None:
    """200,000 owners within seconds took hours when each call looked at all buckets."""
    kept = KeptBuckets[int](RateLimit(2, 1), 100_000)
    began_s = time.process_time()
    for owner in range(200_000):
        kept.keep(owner, TokenBucket(0, NOW_S), NOW_S)

    assert time.process_time() - began_s < 5
    assert len(kept) == 100_000


@given(some_bucket, st.lists(st.sampled_from([0, 0.001, 0.1, 1 / 3, 2]), min_size=5, max_size=20))
def test_no_interval_gives_more_than_the_capacity_and_the_refill(
    bucket: RateLimit, pauses_s: list[float]
) -> None:
    left, now_s, given_at = full(bucket, NOW_S), NOW_S, list[float]()
    for pause_s in pauses_s:
        now_s += pause_s
        if after := spend(left, bucket, now_s):
            left = after
            given_at.append(now_s)

    for first, start_s in enumerate(given_at):
        most = bucket.size + (given_at[-1] - start_s) * bucket.per_s
        assert len(given_at) - first <= most + 1e-3


@given(some_bucket, st.floats(0, 5), st.floats(1, 1e7))
def test_a_token_is_available_after_the_wait(
    bucket: RateLimit, later_s: float, start_s: float
) -> None:
    spent_at_s = start_s + later_s
    empty = spent(int(bucket.size), bucket, start_s)

    waited_s = wait_ms(empty, bucket, spent_at_s) / 1000

    assert spend(empty, bucket, spent_at_s + waited_s)


def test_each_call_forgets_a_few_full_buckets_at_most() -> None:
    kept = KeptBuckets[int](RateLimit(2, 1), 10)
    for owner in range(5):
        kept.keep(owner, TokenBucket(1, NOW_S), NOW_S)

    kept.keep(5, TokenBucket(1, NOW_S + 9), NOW_S + 9)

    assert [owner for owner in range(6) if kept.get(owner)] == [2, 3, 4, 5]


def test_a_bucket_that_is_taken_is_kept_no_longer() -> None:
    kept = KeptBuckets[str](RateLimit(2, 1), 10)
    kept.keep("ada", TokenBucket(1, NOW_S), NOW_S)

    assert kept.take("ada") == TokenBucket(1, NOW_S)
    assert kept.take("ada") is None
