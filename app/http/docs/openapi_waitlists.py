"""Waitlists over HTTP, described for machines (protocol.md §7)."""

from typing import Any

from app.domain.waitlist import MOST_PLACES
from app.http.docs.openapi_parts import operation
from app.protocol.json_schema import SKU, Schema, array, integer, open_record, record

WAITLIST_SCHEMAS: dict[str, Schema] = {
    "Waitlist": record(
        {
            "places": array(record({"sku": SKU, "before": integer(0)}), MOST_PLACES),
            "offers": array(record({"sku": SKU, "ms": integer(0)})),
        }
    ),
    "Wait": open_record({"sku": SKU}),
}


def waitlist_paths() -> dict[str, Any]:
    """Return the operations on waitlists."""
    answer: dict[int, str | None] = {200: "Waitlist"}
    return {
        "/api/waitlist": {
            "get": operation("waitlist", answer, login=True),
            "post": operation("wait", answer, 404, 409, login=True, body="Wait"),
        },
        "/api/waitlist/leave": {
            "post": operation("leaveWaitlist", answer, login=True, body="Wait"),
        },
    }
