"""What follows each close code, and the delays of the backoff."""

import pytest

from app.client.backoff import Reconnect, RetryPolicy, after_close, backoff_s
from app.client.errors import (
    AccountMismatch,
    ClientProtocolError,
    LoginEnded,
    LoginRequired,
    Replaced,
    Stopped,
    TooManyTabs,
    UnsupportedVersion,
)

PROTOCOL = RetryPolicy()
ALMOST_ONE = 1 - 2**-53


@pytest.mark.parametrize("code", [1000, 1001, 1005, 1006, 1011, 1013, 4408, 4999])
def test_after_most_codes_a_client_reconnects(code: int) -> None:
    assert after_close(code, "", PROTOCOL) == Reconnect()


@pytest.mark.parametrize(
    ("code", "reconnect"),
    [
        (1012, Reconnect(immediately=True)),
        (4429, Reconnect(min_delay_s=30)),
        (4503, Reconnect(without_position=True)),
    ],
)
def test_some_codes_change_how_a_client_reconnects(code: int, reconnect: Reconnect) -> None:
    assert after_close(code, "", PROTOCOL) == reconnect


@pytest.mark.parametrize(
    ("code", "stop"),
    [
        (1007, ClientProtocolError),
        (1009, ClientProtocolError),
        (4400, ClientProtocolError),
        (4401, LoginRequired),
        (4406, UnsupportedVersion),
        (4409, Replaced),
        (4410, LoginEnded),
        (4411, TooManyTabs),
        (4412, AccountMismatch),
    ],
)
def test_after_fatal_codes_a_client_stops_with_the_reason(code: int, stop: type[Stopped]) -> None:
    stopped = after_close(code, "n: a float", PROTOCOL)
    assert type(stopped) is stop
    assert str(stopped) == f"{code} n: a float"


def test_the_first_delay_is_up_to_half_a_second() -> None:
    assert backoff_s(Reconnect(), 0, 0.0, PROTOCOL) == 0
    assert backoff_s(Reconnect(), 0, 0.5, PROTOCOL) == 0.25
    assert backoff_s(Reconnect(), 0, ALMOST_ONE, PROTOCOL) == pytest.approx(0.5)


def test_delays_double_up_to_the_limit() -> None:
    longest = [backoff_s(Reconnect(), tries, ALMOST_ONE, PROTOCOL) for tries in range(9)]
    assert longest == pytest.approx([0.5, 1, 2, 4, 8, 16, 30, 30, 30])
    assert backoff_s(Reconnect(), 10_000, ALMOST_ONE, PROTOCOL) == pytest.approx(30)


def test_jitter_is_full() -> None:
    assert backoff_s(Reconnect(), 5, 0.0, PROTOCOL) == 0
    assert backoff_s(Reconnect(), 5, 0.25, PROTOCOL) == 4


def test_only_the_first_attempt_is_immediate() -> None:
    assert backoff_s(Reconnect(immediately=True), 0, ALMOST_ONE, PROTOCOL) == 0
    assert backoff_s(Reconnect(immediately=True), 1, 0.5, PROTOCOL) == 0.5


def test_the_least_delay_is_kept() -> None:
    assert backoff_s(Reconnect(min_delay_s=30), 0, 0.5, PROTOCOL) == 30
    assert backoff_s(Reconnect(min_delay_s=1), 6, 0.5, PROTOCOL) == 15
