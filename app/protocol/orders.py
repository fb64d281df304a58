"""Orders as JSON (protocol.md §7)."""

from datetime import UTC, datetime
from typing import Any

from app.domain.orders import Order


def order_fields(order: Order) -> dict[str, Any]:
    """Return the fields of *order* in a response."""
    return {
        "number": order.number,
        "state": order.state,
        "placed_at": time_text(order.placed_at_s),
        "lines": [line._asdict() for line in order.lines],
        "totals": order.totals,
        "deliver": order.deliver._asdict(),
        "note": order.note,
    }


def time_text(at_s: int) -> str:
    """Return a time, in seconds since 1970, in the format of RFC 3339, in UTC."""
    return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%dT%H:%M:%SZ}"
