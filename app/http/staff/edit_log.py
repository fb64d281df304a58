"""The audit log: who changed which product, when and why; edits by commands too."""

from typing import Any

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from app.domain.catalog import SKU, Sku
from app.http.core.context import HttpContext
from app.http.core.page import show
from app.http.core.problems import not_found
from app.http.core.template_filters import moment
from app.http.staff.access import requested_page
from app.http.staff.edit_forms import describe_changes
from app.protocol.orders import time_text
from app.store.product_edits import Entry, list_edits


def staff_log_blueprint(context: HttpContext) -> Blueprint:
    """Return the page of the audit log, newest first, of all products or of one."""
    blueprint = Blueprint("staff_log", __name__)

    @blueprint.get("/staff/log")
    async def log() -> ResponseReturnValue:
        page, sku = requested_page(), request.args.get("sku", "")
        if sku and not SKU.fullmatch(sku):
            raise not_found()
        found = await context.database.read(list_edits, Sku(sku) if sku else None, page)
        if page > 1 and not found.entries:
            raise not_found()
        return await show(
            context,
            "staff/log.html",
            entries=[entry_fields(entry) for entry in found.entries],
            next_page=found.next_page,
            sku=sku,
        )

    return blueprint


def entry_fields(entry: Entry) -> dict[str, Any]:
    """Return *entry* as templates show it."""
    return {
        "sku": entry.sku,
        "product": entry.product,
        "unit": entry.unit,
        "by": entry.by or "A command",
        "stamp": time_text(entry.at_s),
        "at": moment(entry.at_s),
        "reason": entry.reason,
        "changes": ["new on the shelf"] if is_first(entry) else describe_changes(entry.changes),
    }


def is_first(entry: Entry) -> bool:
    """Say whether *entry* added the product."""
    return entry.changes.get("slug", ("",))[0] is None
