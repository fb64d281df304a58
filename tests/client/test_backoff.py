"""What a client does about each close code, and when."""

import pytest

from app.client.backoff import Again, RetryPolicy, after_close, pause_s
from app.client.errors import (
    LoginEnded,
    LoginNeeded,
    Misspoke,
    Outdated,
    Replaced,
    Stopped,
    TooManyTabs,
)

PROTOCOL = RetryPolicy()
ALMOST_ONE = 1 - 2**-53


@pytest.mark.parametrize("code", [1000, 1001, 1005, 1006, 1011, 1013, 4408, 4999])
def test_after_most_codes_a_client_comes_back(code: int) -> None:
    assert after_close(code, "", PROTOCOL) == Again()


@pytest.mark.parametrize(
    ("code", "again"),
    [
        (1012, Again(at_once=True)),
        (4429, Again(least_s=30)),
        (4503, Again(afresh=True)),
    ],
)
def test_after_some_codes_it_comes_back_in_a_way_of_its_own(code: int, again: Again) -> None:
    assert after_close(code, "", PROTOCOL) == again


@pytest.mark.parametrize(
    ("code", "stop"),
    [
        (1007, Misspoke),
        (1009, Misspoke),
        (4400, Misspoke),
        (4401, LoginNeeded),
        (4406, Outdated),
        (4409, Replaced),
        (4410, LoginEnded),
        (4411, TooManyTabs),
    ],
)
def test_after_some_codes_it_stops_and_says_why(code: int, stop: type[Stopped]) -> None:
    stopped = after_close(code, "n: a float", PROTOCOL)
    assert type(stopped) is stop
    assert str(stopped) == f"{code} n: a float"


def test_the_first_pause_is_up_to_half_a_second() -> None:
    assert pause_s(Again(), 0, 0.0, PROTOCOL) == 0
    assert pause_s(Again(), 0, 0.5, PROTOCOL) == 0.25
    assert pause_s(Again(), 0, ALMOST_ONE, PROTOCOL) == pytest.approx(0.5)


def test_pauses_double_up_to_half_a_minute() -> None:
    longest = [pause_s(Again(), tries, ALMOST_ONE, PROTOCOL) for tries in range(9)]
    assert longest == pytest.approx([0.5, 1, 2, 4, 8, 16, 30, 30, 30])
    assert pause_s(Again(), 10_000, ALMOST_ONE, PROTOCOL) == pytest.approx(30)


def test_jitter_is_full_whatever_the_pause() -> None:
    assert pause_s(Again(), 5, 0.0, PROTOCOL) == 0
    assert pause_s(Again(), 5, 0.25, PROTOCOL) == 4


def test_at_once_is_only_the_first_time() -> None:
    assert pause_s(Again(at_once=True), 0, ALMOST_ONE, PROTOCOL) == 0
    assert pause_s(Again(at_once=True), 1, 0.5, PROTOCOL) == 0.5


def test_who_was_told_when_to_come_again_does_not_come_before() -> None:
    assert pause_s(Again(least_s=30), 0, 0.5, PROTOCOL) == 30
    assert pause_s(Again(least_s=1), 6, 0.5, PROTOCOL) == 15
