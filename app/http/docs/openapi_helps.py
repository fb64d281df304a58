"""Help by staff over HTTP, described for machines (protocol.md §7)."""

from typing import Any

from app.http.docs.openapi_households import CART
from app.http.docs.openapi_parts import in_path, operation
from app.protocol.json_schema import TEXT, Schema, array, record

_TIME: Schema = {"type": "string", "format": "date-time"}
_OPEN = {"id": TEXT, "cart": TEXT, "name": TEXT, "asked_at": _TIME, "helper": TEXT}
HELP_SCHEMAS: dict[str, Schema] = {
    "Helps": record({"helps": array(record(_OPEN))}),
    "TakenHelp": record({"cart": TEXT}),
}


def help_paths() -> dict[str, Any]:
    """Return the operations on helps: the shopper's, and those of staff."""
    end = operation("endHelpOfStaff", {204: None}, 403, 404, given=in_path("help_id"))
    take = operation("takeHelp", {200: "TakenHelp"}, 403, 404, 409, given=in_path("help_id"))
    return {
        "/api/help": {
            "post": operation("askHelp", {204: None}, 403, 404, 429, login=True, given=(CART,))
        },
        "/api/help/end": {
            "post": operation("endHelp", {204: None}, 403, 404, login=True, given=(CART,))
        },
        "/api/staff/help": {"get": operation("helps", {200: "Helps"}, 403, 404)},
        "/api/staff/help/{help_id}/take": {"post": take},
        "/api/staff/help/{help_id}/end": {"post": end},
    }
