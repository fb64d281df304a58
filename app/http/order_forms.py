"""What can be done with one's own order: cancelling it, and buying the same again."""

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from app.domain.orders import Order
from app.domain.outbox import OutboxId
from app.http.again import buy_again
from app.http.buying import cancel_while_placed
from app.http.cart import to_login
from app.http.desk import Desk
from app.http.login import find_login
from app.http.notices import Notice, leave
from app.http.own_orders import own_order
from app.http.problems import Problem
from app.http.words import OLD_PAGE
from app.protocol.json import BadValue, uuid


def order_forms(desk: Desk) -> Blueprint:
    """Return the forms on an order's page; each answers with a notice on the next."""
    door = Blueprint("order_forms", __name__)

    @door.post("/orders/<number>/cancel")
    async def cancel(number: str) -> ResponseReturnValue:
        if await find_login(desk) is None:
            return to_login(f"/orders/{number}")
        order = await own_order(desk, number)
        await leave(await _cancel(desk, order))
        return redirect(f"/orders/{order.number}", 303)

    @door.post("/orders/<number>/again")
    async def again(number: str) -> ResponseReturnValue:
        if (login := await find_login(desk)) is None:
            return to_login(f"/orders/{number}")
        order, form = await own_order(desk, number), await request.form
        try:
            outbox = OutboxId(uuid(form, "key"))
        except BadValue:
            await leave(OLD_PAGE)
            return redirect(f"/orders/{order.number}", 303)
        for notice in await buy_again(desk, login, outbox, order):
            await leave(notice)
        return redirect("/cart", 303)

    return door


async def _cancel(desk: Desk, order: Order) -> Notice:
    try:
        await cancel_while_placed(desk, order)
    except Problem as problem:
        return Notice("error", problem.detail)
    return Notice("ok", "The order is cancelled. There is nothing to pay.")
