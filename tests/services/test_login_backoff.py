"""How failed sign-ins slow down the next one."""

import gc

import pytest

from app.services.login_backoff import LoginLocks, wait_s
from app.store.accounts import Failures

NOW_S = 1000


@pytest.mark.parametrize(
    ("times", "pause_s"),
    [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 16), (10, 32), (11, 60), (10_000, 60)],
)
def test_from_the_fifth_failure_on_the_next_try_has_to_wait(times: int, pause_s: int) -> None:
    assert wait_s(Failures(times, NOW_S), free=4, now_s=NOW_S) == pause_s


def test_waiting_helps() -> None:
    failures = Failures(7, NOW_S)

    assert [wait_s(failures, 4, NOW_S + passed_s) for passed_s in (0, 3.5, 4, 99)] == [4, 1, 0, 0]


def test_those_who_try_the_same_take_turns_and_others_do_not_wait() -> None:
    turns = LoginLocks()
    turn = turns.of("Ada@shop.example", "192.0.2.1")

    assert turns.of("ada@shop.example", "192.0.2.1") is turn
    assert turns.of("ada@shop.example", "192.0.2.2") is not turn
    assert turns.of("bob@shop.example", "192.0.2.1") is not turn


def test_turns_that_nobody_waits_for_are_forgotten() -> None:
    turns = LoginLocks()
    for number in range(100):
        turns.of(f"{number}@shop.example", "192.0.2.1")
    gc.collect()

    assert turns.under_way == 0
