"""For staff: the orders of all accounts, by state; each can be moved on or cancelled."""

from typing import Any

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from app.domain.order_texts import in_language
from app.domain.orders import NEXT, PREVIOUS, Order, OrderState, may_become
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, Undo, flash
from app.http.core.forms import read_form
from app.http.core.page import show
from app.http.core.problems import not_found, problem_of
from app.http.orders.pages import LABELS, shown_order
from app.http.staff.access import back_to
from app.http.staff.list_queries import requested_start, requested_state, require_items
from app.http.staff.payment_texts import TROUBLES
from app.i18n.formats import listed
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.services.errors import ServiceError
from app.store.orders import (
    PAGE_KEY,
    count_orders,
    find_order_by_number,
    list_all_orders,
    move_back,
    move_on,
)
from app.store.payment_troubles import Troubled, list_troubled

PAGE = "/staff/orders"
MOST_DIGITS = 18
"""Of a revision, which databases keep in 64 bits."""
CANCELLED = N_("%(number)s: cancelled. Its products are back in stock.")
ACTIONS = {
    OrderState.PLACED: N_("Mark as packed"),
    OrderState.PACKED: N_("Mark as on the way"),
    OrderState.ON_THE_WAY: N_("Mark as delivered"),
}
MOVED = {
    OrderState.PACKED: N_("%(number)s: packed."),
    OrderState.ON_THE_WAY: N_("%(number)s: on the way."),
    OrderState.DELIVERED: N_("%(number)s: delivered."),
}
MOVED_BACK = {
    OrderState.PLACED: N_("%(number)s: placed again."),
    OrderState.PACKED: N_("%(number)s: packed again."),
    OrderState.ON_THE_WAY: N_("%(number)s: on the way again."),
}
ALREADY = {
    OrderState.AWAITING_PAYMENT: N_("Nothing was done: %(number)s awaits payment."),
    OrderState.PLACED: N_("Nothing was done: %(number)s is already placed."),
    OrderState.PACKED: N_("Nothing was done: %(number)s is already packed."),
    OrderState.ON_THE_WAY: N_("Nothing was done: %(number)s is already on the way."),
    OrderState.DELIVERED: N_("Nothing was done: %(number)s is already delivered."),
    OrderState.CANCELLED: N_("Nothing was done: %(number)s is already cancelled."),
}


def staff_orders_blueprint(context: HttpContext) -> Blueprint:
    """Return the page of orders, and its forms, which redirect with a notice."""
    blueprint = Blueprint("staff_orders", __name__)

    @blueprint.get(PAGE)
    async def orders() -> ResponseReturnValue:
        state, start = requested_state(OrderState), requested_start(*PAGE_KEY)
        revision = context.catalog.revision
        found = await context.database.read(list_all_orders, state, start)
        require_items(start, found.orders)
        return await show(
            context,
            "staff/orders.html",
            orders=[_fields(context, order) for order in found.orders],
            next_page=found.next_page,
            is_first=start == 1,
            revision=revision,
            state=state,
            labels={each: _(label) for each, label in LABELS.items()},
            counts=await context.database.read(count_orders),
            troubled=[*map(_told, await context.database.read(list_troubled))],
        )

    _add_moves(blueprint, context)
    _add_cancelling(blueprint, context)
    return blueprint


def _add_moves(blueprint: Blueprint, context: HttpContext) -> None:
    """Add the form that moves an order on, and the one that takes that back."""

    @blueprint.post("/staff/orders/<number>/move")
    async def move(number: str) -> ResponseReturnValue:
        form = read_form()
        back = back_to(PAGE, form.get("next", ""))
        flash(await _move(context, await _find(context, number), form.get("state", ""), back))
        return redirect(back, 303)

    @blueprint.post("/staff/orders/<number>/undo")
    async def undo(number: str) -> ResponseReturnValue:
        form = read_form()
        flash(await _undo(context, await _find(context, number), form.get("move", "")))
        return redirect(back_to(PAGE, form.get("next", "")), 303)


def _add_cancelling(blueprint: Blueprint, context: HttpContext) -> None:
    """Add the page that asks before an order is cancelled, and its form."""

    @blueprint.get("/staff/orders/<number>/cancel")
    async def ask_before_cancelling(number: str) -> ResponseReturnValue:
        order, back = await _find(context, number), back_to(PAGE, request.args.get("next", ""))
        if not may_become(order.state, OrderState.CANCELLED):
            flash(_out_of_date(order))
            return redirect(back, 303)
        return await show(
            context, "staff/cancel_order.html", order=_fields(context, order), back=back
        )

    @blueprint.post("/staff/orders/<number>/cancel")
    async def cancel_order_form(number: str) -> ResponseReturnValue:
        form = read_form()
        order = await _find(context, number)
        flash(await _cancel(context, order, form.get("state", "")))
        return redirect(back_to(PAGE, form.get("next", "")), 303)


async def _move(context: HttpContext, order: Order, seen: str, back: str) -> Notice:
    """Move *order* on from the state that was *seen* on the page *back*, or say why not."""
    if order.state != seen or order.state not in NEXT:
        return _out_of_date(order)
    if not (revision := await context.database.write(move_on, order, int(context.now_s()))):
        return _out_of_date(await _find(context, order.number))
    fields = {"move": f"{revision}", "next": back}
    undo = Undo(f"{PAGE}/{order.number}/undo", fields, order.number)
    return Notice("ok", _(MOVED[NEXT[order.state]], number=order.number), undo)


async def _undo(context: HttpContext, order: Order, move: str) -> Notice:
    """Take back the move of *order* with this revision, or say why not."""
    if order.state not in PREVIOUS or not (move.isascii() and move.isdigit()):
        return _out_of_date(order)
    if not await context.database.write(
        move_back, order, int(move[:MOST_DIGITS]), int(context.now_s())
    ):
        return _out_of_date(await _find(context, order.number))
    return Notice("ok", _(MOVED_BACK[PREVIOUS[order.state]], number=order.number))


async def _cancel(context: HttpContext, order: Order, seen: str) -> Notice:
    """Cancel *order*, which was *seen* in a state, or say why not."""
    if order.state is OrderState.CANCELLED:
        return Notice("ok", _(CANCELLED, number=order.number))
    if order.state != seen or not may_become(order.state, OrderState.CANCELLED):
        return _out_of_date(order)
    try:
        if not await context.checkout.cancel(order):
            return _out_of_date(await _find(context, order.number))
    except ServiceError as error:
        return Notice("error", problem_of(error).detail)
    return Notice("ok", _(CANCELLED, number=order.number))


def _out_of_date(order: Order) -> Notice:
    return Notice("warn", _(ALREADY[order.state], number=order.number))


async def _find(context: HttpContext, number: str) -> Order:
    if (order := await context.database.read(find_order_by_number, number)) is None:
        raise not_found()
    return order


def _told(troubled: Troubled) -> dict[str, str]:
    """Return what is wrong with a payment, and of which order."""
    told = listed([_(TROUBLES[trouble]) for trouble in troubled.troubles])
    return {"number": troubled.number, "troubles": told}


def _fields(context: HttpContext, order: Order) -> dict[str, Any]:
    """Return what templates show of *order*, with its products called as the reader does."""
    can_cancel = may_become(order.state, OrderState.CANCELLED)
    act = _(ACTIONS[order.state]) if order.state in ACTIONS else None
    called = in_language(order, context.catalog.today, current_language())
    return shown_order(called) | {"act": act, "can_cancel": can_cancel}
