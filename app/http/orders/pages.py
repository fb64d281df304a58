"""The pages of a customer's orders: the list, and each order with its state."""

from datetime import UTC, datetime
from typing import Any

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from app.domain.orders import NEXT, Order, OrderState
from app.http.catalog.search import read_page
from app.http.core.context import HttpContext
from app.http.core.page import show
from app.http.core.problems import not_found
from app.http.core.session import find_login, to_login
from app.http.orders.own import own_order
from app.protocol.orders import time_text
from app.store.orders import list_orders

STEPS = (OrderState.PLACED, *NEXT.values())
LABELS = {
    OrderState.PLACED: "Placed",
    OrderState.PACKED: "Packed",
    OrderState.ON_THE_WAY: "On the way",
    OrderState.DELIVERED: "Delivered",
    OrderState.CANCELLED: "Cancelled",
}


def orders_blueprint(context: HttpContext) -> Blueprint:
    """Return the pages of the signed-in customer's orders."""
    blueprint = Blueprint("orders", __name__)

    @blueprint.get("/orders")
    async def orders() -> ResponseReturnValue:
        if (login := await find_login(context)) is None:
            return to_login("/orders")
        page = read_page(request.args.get("page", "")) or 1
        found = await context.database.read(list_orders, login.account, page)
        if page > 1 and not found.orders:
            raise not_found()
        shown = [shown_order(order) for order in found.orders]
        return await show(context, "orders.html", orders=shown, next_page=found.next_page)

    @blueprint.get("/orders/<number>")
    async def order(number: str) -> ResponseReturnValue:
        if await find_login(context) is None:
            return to_login(f"/orders/{number}")
        found = await own_order(context, number)
        return await show(
            context, "order.html", order=shown_order(found), steps=STEPS, labels=LABELS
        )

    return blueprint


def shown_order(order: Order) -> dict[str, Any]:
    """Return what templates show of *order*."""
    placed_at = datetime.fromtimestamp(order.placed_at_s, UTC)
    return {
        **order._asdict(),
        "label": LABELS[order.state],
        "placed_at": time_text(order.placed_at_s),
        "placed": f"{placed_at:%-d %B %Y, %H:%M} UTC",
        "is_placed": order.state is OrderState.PLACED,
    }
