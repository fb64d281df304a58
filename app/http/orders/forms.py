"""Forms on a customer's order: cancel it, or order the same again."""

from collections.abc import Iterator, Sequence

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from app.domain.money import pounds
from app.domain.orders import Order, OrderLine
from app.domain.outbox import OutboxId
from app.http.cart.op_messages import OLD_PAGE
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.problems import problem_of
from app.http.core.session import find_login, to_login
from app.http.orders.own import own_order
from app.protocol.json import BadValue, uuid
from app.services.errors import ServiceError
from app.services.reorder import Reordered, reorder

MOST_NAMED = 6


def order_forms_blueprint(context: HttpContext) -> Blueprint:
    """Return the forms on an order's page; each answers with a notice on the next page."""
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
        catalog = context.catalog.today
        done = await reorder(context.hub, catalog, login.account, outbox, order)
        for notice in reorder_notices(done):
            await flash(notice)
        return redirect("/cart", 303)

    return blueprint


def reorder_notices(done: Reordered) -> Iterator[Notice]:
    """Return what to say after a reorder; each list names at most `MOST_NAMED` products."""
    if done.added:
        yield Notice("ok", f"Added {_names(done.added)} to your cart.")
    if done.skipped:
        yield Notice("warn", f"Skipped, because there are none to be had: {_names(done.skipped)}.")
    if done.price_changes:
        prices = ", ".join(
            f"{line.name} was {pounds(line.price)}, now {pounds(price)}"
            for line, price in done.price_changes[:MOST_NAMED]
        )
        more = _and_more(len(done.price_changes))
        yield Notice("warn", f"Prices have changed: {prices}{more}.")


async def _cancel(context: HttpContext, order: Order) -> Notice:
    try:
        await context.checkout.cancel_while_placed(order)
    except ServiceError as error:
        return Notice("error", problem_of(error).detail)
    return Notice("ok", "The order is cancelled. There is nothing to pay.")


def _names(lines: Sequence[OrderLine]) -> str:
    return ", ".join(line.name for line in lines[:MOST_NAMED]) + _and_more(len(lines))


def _and_more(count: int) -> str:
    return f" and {count - MOST_NAMED} more" if count > MOST_NAMED else ""
