"""Filters for templates."""

from datetime import UTC, datetime


def moment(at_s: int) -> str:
    """Return the date and time, to the minute, of *at_s* in UTC."""
    at = datetime.fromtimestamp(at_s, UTC)
    return f"{at.day} {at:%B %Y, %H:%M}"
