"""The log of stock: of all products, of one, or of a day; as a page and as a file."""

from collections.abc import Mapping
from datetime import tzinfo
from io import StringIO
from typing import Any, Final

from quart import Blueprint, Response, request
from quart.typing import ResponseReturnValue

from app.domain.catalog import SKU, Sku
from app.domain.periods import Period
from app.domain.stock import MovementKind
from app.http.core.context import HttpContext
from app.http.core.page import show
from app.http.core.problems import not_found
from app.http.staff.list_queries import requested_start, require_items
from app.http.staff.stock_forms import read_day
from app.http.staff.table_files import as_csv
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.protocol.orders import time_text
from app.services.stock_table import write_movement_table
from app.store.movements import PAGE_KEY, Filter, MovementEntry, export_movements, list_movements

PAGE = "/staff/stock-log"
KIND_TEXTS: Final[Mapping[MovementKind, str]] = {
    MovementKind.OPENING: N_("in stock at first"),
    MovementKind.RECEIVED: N_("received"),
    MovementKind.WASTED: N_("written off"),
    MovementKind.COUNTED: N_("counted"),
    MovementKind.ORDERED: N_("ordered"),
    MovementKind.CANCELLED: N_("order cancelled"),
    MovementKind.EDITED: N_("edited"),
}
"""What became of the units, as staff read it."""


def add_stock_log(blueprint: Blueprint, context: HttpContext) -> None:
    """Give *blueprint* the page of the log, newest first, and the file of it, oldest first."""

    @blueprint.get(PAGE)
    async def log() -> ResponseReturnValue:
        start, which = requested_start(*PAGE_KEY), _requested(context.zone)
        found = await context.database.read(list_movements, which, start)
        require_items(start, found.entries)
        return await show(
            context,
            "staff/stock_log.html",
            entries=[movement_fields(entry) for entry in found.entries],
            next_page=found.next_page,
            sku=which.sku or "",
            day=request.args.get("day", "") if which.since_s is not None else "",
        )

    @blueprint.get(f"{PAGE}.csv")
    async def file() -> Response:
        entries = await context.database.read(export_movements, _requested(context.zone))
        text = StringIO()
        write_movement_table(entries, context.zone, text)
        return as_csv(text, "stock-log.csv")


def movement_fields(entry: MovementEntry) -> dict[str, Any]:
    """Return *entry* as templates show it."""
    text = entry.text(current_language())
    return {
        "id": f"m-{entry.moved}-{entry.sku}",
        "sku": entry.sku,
        "product": text.name,
        "unit": text.unit,
        "kind": _(KIND_TEXTS[entry.kind]),
        "units": entry.units,
        "stock": entry.stock,
        "by": entry.by,
        "order": entry.order,
        "stamp": time_text(entry.at_s),
        "at_s": entry.at_s,
        "reason": entry.reason,
        "best_before": entry.best_before,
    }


def _requested(zone: tzinfo) -> Filter:
    """Return which movements the query asks for; an unreadable day asks for all."""
    sku = request.args.get("sku", "")
    if sku and not SKU.fullmatch(sku):
        raise not_found()
    one = Sku(sku) if sku else None
    if (day := read_day(request.args.get("day", ""))) is None:
        return Filter(one)
    try:
        return Filter(one, *Period(day).bounds(zone))
    except (OverflowError, ValueError):
        raise not_found() from None
