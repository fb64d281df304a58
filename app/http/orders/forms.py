"""What can be done with one's own order: cancelling it, and buying the same again."""

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from app.domain.orders import Order
from app.domain.outbox import OutboxId
from app.http.cart.op_messages import OLD_PAGE
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.problems import Problem
from app.http.core.session import find_login, to_login
from app.http.orders.again import buy_again
from app.http.orders.buying import cancel_while_placed
from app.http.orders.own import own_order
from app.protocol.json import BadValue, uuid


def order_forms_blueprint(context: HttpContext) -> Blueprint:
    """Return the forms on an order's page; each answers with a notice on the next."""
    blueprint = Blueprint("order_forms", __name__)

    @blueprint.post("/orders/<number>/cancel")
    async def cancel(number: str) -> ResponseReturnValue:
        if await find_login(context) is None:
            return to_login(f"/orders/{number}")
        order = await own_order(context, number)
        await flash(await _cancel(context, order))
        return redirect(f"/orders/{order.number}", 303)

    @blueprint.post("/orders/<number>/again")
    async def again(number: str) -> ResponseReturnValue:
        if (login := await find_login(context)) is None:
            return to_login(f"/orders/{number}")
        order, form = await own_order(context, number), await request.form
        try:
            outbox = OutboxId(uuid(form, "key"))
        except BadValue:
            await flash(OLD_PAGE)
            return redirect(f"/orders/{order.number}", 303)
        for notice in await buy_again(context, login, outbox, order):
            await flash(notice)
        return redirect("/cart", 303)

    return blueprint


async def _cancel(context: HttpContext, order: Order) -> Notice:
    try:
        await cancel_while_placed(context, order)
    except Problem as problem:
        return Notice("error", problem.detail)
    return Notice("ok", "The order is cancelled. There is nothing to pay.")
