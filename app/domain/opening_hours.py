"""When the shop is open: spans of time on the days of a week."""

import re
from itertools import pairwise
from typing import Final, NamedTuple

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPAN: Final = re.compile(r"(\d\d):(\d\d)\s*[-\u2013]\s*(\d\d):(\d\d)", re.ASCII)
_HOUR: Final = 60
_DAY: Final = 24 * _HOUR


class Span(NamedTuple):
    """A time of a day, in minutes since midnight; it ends by midnight, and after it starts."""

    opens: int
    closes: int


class DayHours(NamedTuple):
    """The hours of the days from `first` to `last`, which are the same; 0 is Monday."""

    first: int
    last: int
    spans: tuple[Span, ...]


OpeningHours = tuple[tuple[Span, ...], ...]
"""The spans of each day from Monday on; a day without one is closed."""


def read_span(text: str) -> Span:
    """Return the span in *text*, like 08:00-20:00; raises ValueError with a sentence's end."""
    if not (found := _SPAN.fullmatch(text.strip())):
        raise ValueError("hours are written like 08:00-20:00")
    hours = [int(part) for part in found.groups()]
    opens, closes = hours[0] * _HOUR + hours[1], hours[2] * _HOUR + hours[3]
    if max(hours[1], hours[3]) >= _HOUR or closes > _DAY:
        raise ValueError("a day has the times from 00:00 to 24:00")
    if closes <= opens:
        raise ValueError("it closes before it opens; what goes on after midnight is the next day's")
    return Span(opens, closes)


def overlapping(spans: tuple[Span, ...]) -> bool:
    """Say whether two of *spans* have a minute in common."""
    in_order = sorted(spans)
    return any(span.closes > later.opens for span, later in pairwise(in_order))


def grouped(hours: OpeningHours) -> list[DayHours]:
    """Return *hours* with days of the same hours together, without those on which it is closed."""
    groups: list[DayHours] = []
    for day, spans in enumerate(hours):
        if groups and groups[-1].spans == spans and groups[-1].last == day - 1:
            groups[-1] = groups[-1]._replace(last=day)
        elif spans:
            groups.append(DayHours(day, day, spans))
    return groups
