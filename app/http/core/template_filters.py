"""Points in time, as pages show them."""

from datetime import UTC, datetime


def moment(at_s: int) -> str:
    """Return day, hour and minute of *at_s*, in UTC."""
    at = datetime.fromtimestamp(at_s, UTC)
    return f"{at.day} {at:%B %Y, %H:%M}"
