"""For staff: which products are in carts now, and carts that were filled and abandoned."""

from itertools import islice
from typing import Any

from quart import Blueprint
from quart.typing import ResponseReturnValue

from app.domain.catalog import Product
from app.domain.paging import Start
from app.http.core.context import HttpContext
from app.http.core.page import show
from app.http.staff.list_queries import requested_start, require_items
from app.i18n.translate import current_language
from app.protocol.orders import time_text
from app.services.cart_reports import CartReport
from app.store.cart_reports import PAGE_KEY, Idle, list_idle

IDLE_AFTER_S = 24 * 3600
MOST_SHOWN = 50
NEW_S = 1
"""So old may be what is shown without a word of when it was counted."""


def staff_carts_blueprint(context: HttpContext) -> Blueprint:
    """Return the page of carts."""
    blueprint = Blueprint("staff_carts", __name__)

    @blueprint.get("/staff/carts")
    async def carts() -> ResponseReturnValue:
        start, report = requested_start(*PAGE_KEY), await context.cart_reports.latest()
        shown = await _shown(context, report, start) if report else {}
        if report:
            require_items(start, shown["idle"])
        return await show(context, "staff/carts.html", **shown, counted=counted(context, report))

    return blueprint


def counted(context: HttpContext, report: CartReport | None) -> dict[str, Any]:
    """Return when *report* was counted as templates show it; `is_new` is what is so just now."""
    if report is None:
        return {"at_s": None, "is_new": False}
    is_new = context.now_s() - report.at_s <= NEW_S
    return {"at_s": report.at_s, "stamp": time_text(report.at_s), "is_new": is_new}


async def _shown(context: HttpContext, report: CartReport, start: Start) -> dict[str, Any]:
    known = context.catalog.today.products
    held = ((_called(known[sku]), one) for sku, one in report.held.items() if sku in known)
    before_s = int(context.now_s()) - IDLE_AFTER_S
    page = report.filled.page(before_s, start)
    return {
        "held": list(islice(held, MOST_SHOWN)),
        "products": len(report.held),
        "units": report.units,
        "idle": [
            _fields(cart) for cart in await context.database.read(list_idle, page.whose, before_s)
        ],
        "next_page": page.next_page,
    }


def _called(product: Product) -> dict[str, Any]:
    """Return what the page shows of *product*, in the language of the request."""
    name, unit, _description = product.text(current_language())
    return {"sku": product.sku, "name": name, "unit": unit, "stock": product.stock}


def _fields(cart: Idle) -> dict[str, Any]:
    return cart._asdict() | {"stamp": time_text(cart.since_s)}
