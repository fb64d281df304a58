"""Days and weeks in the time zone of the shop."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from app.domain.periods import Period, day_at, first_second, read_period, week_of

LONDON = ZoneInfo("Europe/London")
TUESDAY = date(2026, 12, 1)
HOUR_S = 3600


def test_a_day_and_a_week_are_found_by_their_names() -> None:
    day, week = Period(TUESDAY), week_of(TUESDAY)

    assert (f"{day}", f"{week}") == ("2026-12-01", "2026-W49")
    assert read_period("2026-12-01") == day
    assert read_period("2026-W49") == week == Period(date(2026, 11, 30), 7)
    assert f"{week_of(date(2027, 1, 1))}" == "2026-W53"


@pytest.mark.parametrize(
    "text",
    ["", "today", "2026-13-01", "2026-W54", "20261201", "9999-12-31", "0001-01-01", "9999-W52"],
)
def test_anything_else_is_no_period(text: str) -> None:
    assert read_period(text) is None


@pytest.mark.parametrize(("text", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_day_on_which_the_clock_is_changed_has_fewer_hours_or_more(text: str, hours: int) -> None:
    day = read_period(text)
    assert day

    begins_s, ends_s = day.bounds(LONDON)

    assert ends_s - begins_s == hours * HOUR_S
    assert datetime.fromtimestamp(ends_s, LONDON).hour == 0


def test_it_is_the_day_that_it_is_in_the_zone() -> None:
    at_s = datetime(2026, 6, 30, 23, 30, tzinfo=UTC).timestamp()

    assert day_at(at_s, UTC).first == date(2026, 6, 30)
    assert day_at(at_s, LONDON).first == date(2026, 7, 1)


def test_the_days_of_a_week_begin_on_monday_and_the_one_before_ends_there() -> None:
    week = week_of(TUESDAY)

    assert (len(week.dates), week.dates[1]) == (7, TUESDAY)
    assert week.moved(-7).bounds(LONDON)[1] == week.bounds(LONDON)[0]


def test_a_day_begins_at_the_first_second_in_its_zone() -> None:
    zone = ZoneInfo("Asia/Taipei")
    day = date(2027, 1, 31)

    assert first_second(day, zone) == 1801324800
    assert first_second(day, zone, days_later=1) == 1801324800 + 24 * 3600
    assert first_second(None, zone) is None
