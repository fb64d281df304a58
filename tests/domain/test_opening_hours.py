"""When the shop is open: spans as they are read, and days of the same hours together."""

import pytest

from app.domain.opening_hours import DayHours, Span, grouped, overlapping, read_span

MORNING, AFTERNOON = Span(8 * 60, 12 * 60), Span(14 * 60, 20 * 60)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("08:00-20:00", Span(480, 1200)),
        (" 08:05 \u2013 08:06 ", Span(485, 486)),
        ("00:00-24:00", Span(0, 1440)),
    ],
)
def test_a_span_is_read_in_minutes_since_midnight(text: str, span: Span) -> None:
    assert read_span(text) == span


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "written like"),
        ("8-20", "written like"),
        ("08:00-20:00 and more", "written like"),
        ("08:60-20:00", "from 00:00 to 24:00"),
        ("08:00-19:60", "from 00:00 to 24:00"),
        ("08:00-24:01", "from 00:00 to 24:00"),
        ("20:00-08:00", "closes before it opens"),
        ("08:00-08:00", "closes before it opens"),
    ],
)
def test_what_is_no_span_of_a_day_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_span(text)


@pytest.mark.parametrize(
    ("spans", "do_overlap"),
    [
        ((), False),
        ((AFTERNOON, MORNING), False),
        ((MORNING, Span(MORNING.closes, 780)), False),
        ((AFTERNOON, MORNING, Span(MORNING.closes - 1, 780)), True),
        ((MORNING, MORNING), True),
    ],
)
def test_spans_overlap_if_they_share_a_minute_in_any_order(
    spans: tuple[Span, ...], *, do_overlap: bool
) -> None:
    assert overlapping(spans) is do_overlap


def test_neighbouring_days_of_the_same_hours_are_together_and_closed_days_are_left_out() -> None:
    whole, half, closed = (MORNING, AFTERNOON), (MORNING,), ()

    assert grouped((whole, whole, closed, whole, half, half, closed)) == [
        DayHours(0, 1, whole),
        DayHours(3, 3, whole),
        DayHours(4, 5, half),
    ]
    assert grouped((closed,) * 7) == []
