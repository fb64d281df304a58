"""A mail that could not be delivered waits longer after each try."""

import pytest

from app.domain.mails import MOST_TRIES, pause_after

FOUR_HOURS_S = 4 * 3600


@pytest.mark.parametrize(
    ("tries", "pause_s"),
    [(1, 60), (2, 120), (3, 240), (8, 7680), (9, FOUR_HOURS_S), (MOST_TRIES, FOUR_HOURS_S)],
)
def test_the_pause_is_a_minute_and_doubles_up_to_four_hours(tries: int, pause_s: int) -> None:
    assert pause_after(tries, drawn=0) == pause_s


@pytest.mark.parametrize(
    ("tries", "drawn", "pause_s"), [(1, 0.5, 52), (1, 1, 45), (MOST_TRIES, 1, 3 * 3600)]
)
def test_chance_shortens_the_pause_by_up_to_a_quarter(
    tries: int, drawn: float, pause_s: int
) -> None:
    assert pause_after(tries, drawn) == pause_s


def test_the_tries_of_a_mail_take_about_three_days() -> None:
    total_s = sum(pause_after(tries, drawn=0.5) for tries in range(1, MOST_TRIES))

    assert 2 * 24 * 3600 < total_s < 3 * 24 * 3600
