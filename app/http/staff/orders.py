"""For staff: the orders of all accounts, by state; each can be moved on or cancelled."""

from typing import Any

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from app.domain.orders import NEXT, Order, OrderState, may_become
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.page import show
from app.http.core.problems import not_found, problem_of
from app.http.orders.pages import LABELS, shown_order
from app.http.staff.access import back_to, requested_page
from app.services.errors import ServiceError
from app.store.orders import count_orders, find_order_by_number, list_all_orders, move_on

PAGE = "/staff/orders"
ACTIONS = {
    OrderState.PLACED: "Mark as packed",
    OrderState.PACKED: "Send on its way",
    OrderState.ON_THE_WAY: "Mark as delivered",
}


def staff_orders_blueprint(context: HttpContext) -> Blueprint:
    """Return the page of orders, and its forms, which redirect with a notice."""
    blueprint = Blueprint("staff_orders", __name__)

    @blueprint.get(PAGE)
    async def orders() -> ResponseReturnValue:
        state, page = _state(request.args.get("state", "")), requested_page()
        found = await context.database.read(list_all_orders, state, page)
        if page > 1 and not found.orders:
            raise not_found()
        return await show(
            context,
            "staff/orders.html",
            orders=[_fields(order) for order in found.orders],
            next_page=found.next_page,
            state=state,
            labels=LABELS,
            counts=await context.database.read(count_orders),
        )

    @blueprint.post("/staff/orders/<number>/move")
    async def move(number: str) -> ResponseReturnValue:
        form = await request.form
        order = await _find(context, number)
        await flash(await _move(context, order, form.get("state", "")))
        return redirect(back_to(PAGE, form.get("next", "")), 303)

    @blueprint.post("/staff/orders/<number>/cancel")
    async def cancel_order_form(number: str) -> ResponseReturnValue:
        form = await request.form
        order = await _find(context, number)
        await flash(await _cancel(context, order, form.get("state", "")))
        return redirect(back_to(PAGE, form.get("next", "")), 303)

    return blueprint


async def _move(context: HttpContext, order: Order, seen: str) -> Notice:
    """Move *order* on from the state that was *seen* on the page, or say why not."""
    if order.state != seen or order.state not in NEXT:
        return _out_of_date(order)
    if not await context.database.write(move_on, order):
        return _out_of_date(await _find(context, order.number))
    return Notice("ok", f"{order.number}: {_label(NEXT[order.state])}.")


async def _cancel(context: HttpContext, order: Order, seen: str) -> Notice:
    """Cancel *order*, which was *seen* in a state, or say why not."""
    if order.state != seen or not may_become(order.state, OrderState.CANCELLED):
        return _out_of_date(order)
    try:
        if not await context.checkout.cancel(order):
            return _out_of_date(await _find(context, order.number))
    except ServiceError as error:
        return Notice("error", problem_of(error).detail)
    return Notice("ok", f"{order.number}: cancelled. What was in it is back on the shelf.")


def _out_of_date(order: Order) -> Notice:
    text = f"Nothing was done: {order.number} is {_label(order.state)} by now."
    return Notice("warn", text)


async def _find(context: HttpContext, number: str) -> Order:
    if (order := await context.database.read(find_order_by_number, number)) is None:
        raise not_found()
    return order


def _fields(order: Order) -> dict[str, Any]:
    can_cancel = may_become(order.state, OrderState.CANCELLED)
    return shown_order(order) | {"act": ACTIONS.get(order.state), "can_cancel": can_cancel}


def _label(state: OrderState) -> str:
    return LABELS[state].lower()


def _state(text: str) -> OrderState | None:
    if not text:
        return None
    try:
        return OrderState(text)
    except ValueError:
        raise not_found() from None
