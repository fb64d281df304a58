"""Days and weeks of the shop's calendar, in its time zone."""

import re
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

WEEK: Final = 7
_WEEK: Final = re.compile(r"(\d{4})-W(\d\d)", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Period(NamedTuple):
    """A day, or the week that begins with the Monday `first`."""

    first: date
    days: int = 1

    def __str__(self) -> str:
        """Return its name (ISO 8601): 2026-12-01, or 2026-W49."""
        return f"{self.first:%G-W%V}" if self.days == WEEK else f"{self.first}"

    @property
    def dates(self) -> list[date]:
        """All its days, in order."""
        return [self.first + timedelta(days=more) for more in range(self.days)]

    def moved(self, by_days: int) -> "Period":
        """Return the period so many days later. Raises OverflowError beyond the calendar."""
        return self._replace(first=self.first + timedelta(days=by_days))

    def bounds(self, zone: tzinfo) -> tuple[int, int]:
        """Return the seconds since 1970 at which it begins and ends in *zone*.

        A day on which the clock is changed has 23 or 25 hours.
        """
        begins, ends = (midnight(day, zone) for day in (self.first, self.moved(self.days).first))
        return int(begins.timestamp()), int(ends.timestamp())


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return the moment at which *day* begins in *zone*."""
    return datetime.combine(day, time(), zone)


def first_second(day: date | None, zone: tzinfo, days_later: int = 0) -> int | None:
    """Return the first second, in *zone*, of the day that is *days_later* than *day*."""
    if day is None:
        return None
    return int(midnight(day + timedelta(days_later), zone).timestamp())


def day_at(now_s: float, zone: tzinfo) -> Period:
    """Return the day that it is in *zone*."""
    return Period(datetime.fromtimestamp(now_s, zone).date())


def read_period(text: str) -> Period | None:
    """Return the period with this name, if there is one."""
    try:
        if found := _WEEK.fullmatch(text):
            return _checked(Period(date.fromisocalendar(int(found[1]), int(found[2]), 1), WEEK))
        return _checked(Period(date.fromisoformat(text))) if _DAY.fullmatch(text) else None
    except (OverflowError, ValueError):
        return None


def week_of(day: date) -> Period:
    """Return the week in which *day* is."""
    return Period(day - timedelta(days=day.weekday()), WEEK)


def _checked(period: Period) -> Period:
    """Return *period* if all that is compared with it is in the calendar, too.

    Raises OverflowError.
    """
    for by_days in (-5 * WEEK, 2 * WEEK):
        period.moved(by_days)
    return period
