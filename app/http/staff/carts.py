"""For staff: which products are in carts now, and carts that were filled and abandoned."""

from typing import Any

from quart import Blueprint
from quart.typing import ResponseReturnValue

from app.http.core.context import HttpContext
from app.http.core.page import show
from app.http.core.problems import not_found
from app.http.core.template_filters import moment
from app.http.staff.access import requested_page
from app.protocol.orders import time_text
from app.store.cart_reports import Idle, count_held, list_idle

IDLE_AFTER_S = 24 * 3600
MOST_SHOWN = 50


def staff_carts_blueprint(context: HttpContext) -> Blueprint:
    """Return the page of carts."""
    blueprint = Blueprint("staff_carts", __name__)

    @blueprint.get("/staff/carts")
    async def carts() -> ResponseReturnValue:
        page = requested_page()
        held = await context.database.read(count_held)
        idle = await context.database.read(list_idle, int(context.now_s()) - IDLE_AFTER_S, page)
        if page > 1 and not idle.carts:
            raise not_found()
        known = context.catalog.today.products
        shown = [(known[sku], one) for sku, one in held.items() if sku in known][:MOST_SHOWN]
        return await show(
            context,
            "staff/carts.html",
            held=shown,
            products=len(held),
            units=sum(one.units for one in held.values()),
            idle=[_fields(cart) for cart in idle.carts],
            next_page=idle.next_page,
        )

    return blueprint


def _fields(cart: Idle) -> dict[str, Any]:
    return cart._asdict() | {"since": moment(cart.since_s), "stamp": time_text(cart.since_s)}
