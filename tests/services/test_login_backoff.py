"""Exponential backoff of failed sign-ins."""

import gc

import pytest

from app.services.login_backoff import LoginLocks, wait_s
from app.store.failures import Failures

NOW_S = 1000


@pytest.mark.parametrize(
    ("times", "pause_s"),
    [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 16), (10, 32), (11, 60), (10_000, 60)],
)
def test_the_wait_doubles_from_the_fifth_failure_up_to_a_minute(times: int, pause_s: int) -> None:
    assert wait_s(Failures(times, NOW_S), free=4, now_s=NOW_S) == pause_s


def test_the_wait_grows_shorter_with_time() -> None:
    failures = Failures(7, NOW_S)

    assert [wait_s(failures, 4, NOW_S + passed_s) for passed_s in (0, 3.5, 4, 99)] == [4, 1, 0, 0]


def test_a_lock_is_shared_by_attempts_of_one_account_and_address() -> None:
    locks = LoginLocks()
    lock = locks.of("Ada@shop.example", "192.0.2.1")

    assert locks.of("ada@shop.example", "192.0.2.1") is lock
    assert locks.of("ada@shop.example", "192.0.2.2") is not lock
    assert locks.of("bob@shop.example", "192.0.2.1") is not lock


def test_locks_that_nobody_holds_are_dropped() -> None:
    locks = LoginLocks()
    for number in range(100):
        locks.of(f"{number}@shop.example", "192.0.2.1")
    gc.collect()

    assert locks.under_way == 0
