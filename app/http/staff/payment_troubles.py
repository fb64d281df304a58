"""For staff: what is wrong with payments by card, and the forms by which they see to it."""

from quart import Blueprint, redirect
from quart.typing import ResponseReturnValue

from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import read_form
from app.http.staff.payments import find_order, payment_path
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.store.payment_troubles import refund_again, refund_elsewhere, take_on_delivery

MEANWHILE = N_("Nothing was done: something has changed meanwhile. Look again.")
MOST_DIGITS = 9


def staff_payment_troubles_blueprint(context: HttpContext) -> Blueprint:
    """Return the forms; each redirects to the page of the payment, with a notice."""
    blueprint = Blueprint("staff_payment_troubles", __name__)
    database = context.database

    @blueprint.post("/staff/orders/<number>/on-delivery")
    async def on_delivery(number: str) -> ResponseReturnValue:
        order = await find_order(context, number)
        is_done = await database.write(take_on_delivery, order.number, int(context.now_s()))
        return _back(order.number, N_("The order is paid on delivery now."), is_done=is_done)

    @blueprint.post("/staff/orders/<number>/refund/again")
    async def again(number: str) -> ResponseReturnValue:
        order, nr = await find_order(context, number), _requested_nr()
        now_s = int(context.now_s())
        is_done = await database.write(refund_again, order.number, nr, now_s)
        return _back(order.number, N_("The refund is tried again."), is_done=is_done)

    @blueprint.post("/staff/orders/<number>/refund/elsewhere")
    async def elsewhere(number: str) -> ResponseReturnValue:
        order, nr = await find_order(context, number), _requested_nr()
        is_done = await database.write(refund_elsewhere, order.number, nr)
        return _back(order.number, N_("Noted: it was given back in another way."), is_done=is_done)

    return blueprint


def _requested_nr() -> int:
    """Return the number of the refund that the form is about; 0, which none has, if it is none."""
    text = read_form().get("nr", "")
    is_number = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if is_number else 0


def _back(number: str, done: str, *, is_done: bool) -> ResponseReturnValue:
    flash(Notice("ok", _(done)) if is_done else Notice("warn", _(MEANWHILE)))
    return redirect(payment_path(number), 303)
