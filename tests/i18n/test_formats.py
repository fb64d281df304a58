"""Dates, money and numbers as people read them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.i18n.formats import moment

TIMES = {
    "2026-11-30T06:13": "30 November 2026, 06:13",
    "2026-03-29T00:59": "29 March 2026, 00:59",
    "2026-03-29T01:00": "29 March 2026, 02:00",
    "2026-10-24T23:30": "25 October 2026, 00:30",
    "2026-10-25T00:30": "25 October 2026, 01:30 BST",
    "2026-10-25T01:30": "25 October 2026, 01:30 GMT",
    "2026-10-25T02:00": "25 October 2026, 02:00",
}
"""Times in UTC, and what a shop in London shows."""


@pytest.mark.parametrize(("utc", "shown"), TIMES.items())
def test_a_time_is_told_so_that_it_is_not_another_when_the_clock_is_changed(
    utc: str, shown: str
) -> None:
    at_s = int(datetime.fromisoformat(utc).replace(tzinfo=UTC).timestamp())

    assert moment(at_s, ZoneInfo("Europe/London")) == shown
