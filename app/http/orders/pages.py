"""The pages of a customer's orders: the list, and each order with its state."""

from typing import Any

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from app.domain.orders import NEXT, Order, OrderState
from app.domain.paging import read_start
from app.http.core.context import HttpContext
from app.http.core.page import show
from app.http.core.problems import not_found
from app.http.core.session import find_login, to_login
from app.http.orders.own import own_order
from app.http.orders.payment import amounts, pay_texts, was_never_paid
from app.http.orders.shown_lines import listed_up_to, shown_lines
from app.i18n.formats import listed
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.protocol.orders import time_text
from app.store.invoices import documents_of
from app.store.orders import PAGE_KEY, list_orders
from app.store.payments import find_payment

MOST_NAMED = 4
STEPS = (OrderState.PLACED, *NEXT.values())
LABELS = {
    OrderState.AWAITING_PAYMENT: N_("Awaiting payment"),
    OrderState.PLACED: N_("Placed"),
    OrderState.PACKED: N_("Packed"),
    OrderState.ON_THE_WAY: N_("On the way"),
    OrderState.DELIVERED: N_("Delivered"),
    OrderState.CANCELLED: N_("Cancelled"),
}


def orders_blueprint(context: HttpContext) -> Blueprint:
    """Return the pages of the signed-in customer's orders."""
    blueprint = Blueprint("orders", __name__)

    @blueprint.get("/orders")
    async def orders() -> ResponseReturnValue:
        if (login := await find_login(context)) is None:
            return to_login("/orders")
        start = read_start(request.args.get("page", ""), PAGE_KEY) or 1
        found = await context.database.read(list_orders, login.account, start)
        if not found.orders and start != 1:
            raise not_found()
        shown = [shown_order(order) | _summary(context, order) for order in found.orders]
        return await show(context, "orders.html", orders=shown, next_page=found.next_page)

    @blueprint.get("/orders/<number>")
    async def order(number: str) -> ResponseReturnValue:
        if await find_login(context) is None:
            return to_login(f"/orders/{number}")
        found = await own_order(context, number)
        documents = await context.database.read(documents_of, found.number)
        payment = await context.database.read(find_payment, found.number)
        return await show(
            context,
            "order.html",
            order=shown_order(found),
            order_lines=list(shown_lines(found, context.catalog.today, current_language())),
            steps=STEPS,
            labels=LABELS,
            pay_texts=pay_texts(found, payment),
            amounts=list(amounts(found, payment)),
            payment=payment,
            was_never_paid=was_never_paid(found, payment),
            documents=listed([document.number for document in documents]),
        )

    return blueprint


def _summary(context: HttpContext, order: Order) -> dict[str, Any]:
    """Return what the list says and shows of the lines of *order*."""
    lines = list(shown_lines(order, context.catalog.today, current_language()))
    return {
        "summary": listed_up_to(MOST_NAMED, (line.name for line in lines)),
        "pictured": [line for line in lines[:MOST_NAMED] if line.image],
    }


def shown_order(order: Order) -> dict[str, Any]:
    """Return what templates show of *order*."""
    return {
        **order._asdict(),
        "promoted": order.promoted,
        "by_voucher": order.by_voucher,
        "label": _(LABELS[order.state]),
        "placed_at": time_text(order.placed_at_s),
        "is_awaiting_payment": order.state is OrderState.AWAITING_PAYMENT,
        "can_cancel": order.state in {OrderState.AWAITING_PAYMENT, OrderState.PLACED},
    }
