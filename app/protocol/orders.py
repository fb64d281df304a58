"""Orders as JSON (protocol.md §7)."""

from datetime import UTC, datetime
from typing import Any

from app.domain.orders import Order, OrderLine, OrderState
from app.domain.payments import Payment


def order_fields(order: Order, payment: Payment | None = None) -> dict[str, Any]:
    """Return the fields of *order*, and of its *payment* by card, in a response."""
    return {
        "number": order.number,
        "state": order.state,
        "placed_at": time_text(order.placed_at_s),
        "lines": [_line_fields(line) for line in order.lines],
        "totals": order.totals,
        "taxes": [total._asdict() for total in order.taxes],
        "deliver": order.deliver._asdict(),
        "note": order.note,
        "pay": order.pay,
        "payment": payment and _payment_fields(order, payment),
    }


def _line_fields(line: OrderLine) -> dict[str, Any]:
    """Return the fields of *line*; what a promotion took off it only if one did."""
    fields = line._asdict()
    if not line.off:
        del fields["off"], fields["deal"]
    return fields


def _payment_fields(order: Order, payment: Payment) -> dict[str, Any]:
    """Return the fields of a payment; where to pay only while that may be done."""
    is_awaited = order.state is OrderState.AWAITING_PAYMENT
    return {
        "state": payment.state,
        "url": payment.page.url if is_awaited else None,
        "expires_at": time_text(payment.expires_at_s) if is_awaited else None,
        "authorised": payment.authorised,
        "captured": payment.captured,
        "refunded": payment.refunded,
    }


def time_text(at_s: int) -> str:
    """Return a time, in seconds since 1970, in the format of RFC 3339, in UTC."""
    return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%dT%H:%M:%SZ}"
