"""Who changed what on the shelf, when and why."""

from typing import Any

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from app.domain.shelf import SKU, Sku
from app.http.desk import Desk
from app.http.edit_forms import tell_changes
from app.http.moments import moment
from app.http.page import show
from app.http.problems import not_found
from app.http.staff import asked_page
from app.protocol.orders import time_text
from app.store.edits import Entry, list_edits


def staff_log_door(desk: Desk) -> Blueprint:
    """Return the log of all edits, newest first, or of one product's."""
    door = Blueprint("staff_log", __name__)

    @door.get("/staff/log")
    async def log() -> ResponseReturnValue:
        page, sku = asked_page(), request.args.get("sku", "")
        if sku and not SKU.fullmatch(sku):
            raise not_found()
        found = await desk.database.read(list_edits, Sku(sku) if sku else None, page)
        if page > 1 and not found.entries:
            raise not_found()
        return await show(
            desk,
            "staff/log.html",
            entries=[entry_fields(entry) for entry in found.entries],
            next_page=found.next_page,
            sku=sku,
        )

    return door


def entry_fields(entry: Entry) -> dict[str, Any]:
    """Return what templates show of *entry*."""
    return {
        "sku": entry.sku,
        "product": entry.product,
        "unit": entry.unit,
        "by": entry.by or "A command",
        "stamp": time_text(entry.at_s),
        "at": moment(entry.at_s),
        "reason": entry.reason,
        "changes": ["new on the shelf"] if is_first(entry) else tell_changes(entry.changes),
    }


def is_first(entry: Entry) -> bool:
    """Say whether *entry* put a new product on the shelf."""
    return entry.changes.get("slug", ("",))[0] is None
