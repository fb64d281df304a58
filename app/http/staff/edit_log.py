"""The audit log: who changed which product, when and why; edits by commands too."""

from typing import Any

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from app.domain.catalog import SKU, Sku
from app.http.core.context import HttpContext
from app.http.core.page import show
from app.http.core.problems import not_found
from app.http.staff.edit_forms import describe_changes
from app.http.staff.list_queries import requested_start, require_items
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.protocol.orders import time_text
from app.store.product_log import PAGE_KEY, Entry, list_edits


def staff_log_blueprint(context: HttpContext) -> Blueprint:
    """Return the page of the audit log, newest first, of all products or of one."""
    blueprint = Blueprint("staff_log", __name__)

    @blueprint.get("/staff/log")
    async def log() -> ResponseReturnValue:
        revision = context.catalog.revision
        start, sku = requested_start(*PAGE_KEY), request.args.get("sku", "")
        if sku and not SKU.fullmatch(sku):
            raise not_found()
        found = await context.database.read(list_edits, Sku(sku) if sku else None, start)
        require_items(start, found.entries)
        return await show(
            context,
            "staff/log.html",
            entries=[entry_fields(entry) for entry in found.entries],
            next_page=found.next_page,
            sku=sku,
            revision=revision,
        )

    return blueprint


def entry_fields(entry: Entry) -> dict[str, Any]:
    """Return *entry* as templates show it."""
    text = entry.text(current_language())
    return {
        "sku": entry.sku,
        "version": entry.version,
        "product": text.name,
        "unit": text.unit,
        "by": entry.by or _("A command"),
        "stamp": time_text(entry.at_s),
        "at_s": entry.at_s,
        "reason": entry.reason,
        "changes": [_("new product")] if is_first(entry) else describe_changes(entry.changes),
    }


def is_first(entry: Entry) -> bool:
    """Say whether *entry* added the product."""
    return entry.changes.get("slug", ("",))[0] is None
