"""For staff: what became of the payment of an order, and the form that gives money back."""

from collections.abc import Mapping
from typing import Any

from quart import Blueprint, redirect
from quart.typing import ResponseReturnValue

from app.domain.money import plain_amount, read_price
from app.domain.orders import Order
from app.domain.payment_troubles import due_on_delivery, troubles_of
from app.domain.payments import Payment, refundable
from app.domain.refunds import LONGEST_REASON, Refund, promised
from app.domain.sessions import Session
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import read_form
from app.http.core.page import show
from app.http.core.problems import not_found
from app.http.core.session import require_login
from app.http.staff.edit_forms import EXAMPLE, read_reason
from app.http.staff.payment_texts import DISPUTES, LABELS, REFUND_LABELS
from app.i18n.formats import money
from app.i18n.translate import gettext as _
from app.store.orders import find_order_by_number
from app.store.payments import find_payment
from app.store.refunds import add_refund, list_refunds

Form = Mapping[str, str]


def staff_payments_blueprint(context: HttpContext) -> Blueprint:
    """Return the page of an order's payment, and its form, which redirects with a notice."""
    blueprint = Blueprint("staff_payments", __name__)

    @blueprint.get("/staff/orders/<number>/payment")
    async def payment(number: str) -> ResponseReturnValue:
        order, found, refunds = await _find(context, number)
        return await show(
            context,
            "staff/payment.html",
            number=order.number,
            payment=found,
            label=_(LABELS[found.state]),
            troubles=[*troubles_of(order.state, order.pay, found, refunds)],
            due=due_on_delivery(found, refunds),
            dispute=_(DISPUTES[found.dispute]) if found.dispute in DISPUTES else "",
            refunds=[_fields(refund) for refund in refunds],
            next_nr=len(refunds) + 1,
            most=refundable(found, promised(refunds)),
            longest_reason=LONGEST_REASON,
        )

    @blueprint.post("/staff/orders/<number>/refund")
    async def refund(number: str) -> ResponseReturnValue:
        login = await require_login(context)
        order, found, refunds = await _find(context, number)
        flash(await _refund(context, login, found, refunds, read_form()))
        return redirect(payment_path(order.number), 303)

    return blueprint


async def _refund(
    context: HttpContext, login: Session, payment: Payment, refunds: list[Refund], form: Form
) -> Notice:
    """Have money given back as *form* says, or say why not."""
    amount, reason = read_price(form.get("amount", ""), context.shop.currency), read_reason(form)
    if amount is None:
        example = plain_amount(EXAMPLE, context.shop.currency)
        return Notice(
            "error",
            _("Nothing was done: enter an amount of money, like %(example)s.", example=example),
        )
    if not 0 < len(reason) <= LONGEST_REASON:
        return Notice(
            "error",
            _(
                "Nothing was done: a reason of at most %(most)s characters is needed.",
                most=LONGEST_REASON,
            ),
        )
    nr = form.get("nr", "")
    if nr != f"{len(refunds) + 1}":
        return Notice("warn", _("Nothing was done: money was given back meanwhile. Look again."))
    wanted = Refund(payment.order, int(nr), amount, reason, login.account, int(context.now_s()))
    if not await context.database.write(add_refund, wanted):
        most = money(refundable(payment, promised(refunds)))
        return Notice(
            "error", _("Nothing was done: at most %(most)s can be given back.", most=most)
        )
    return Notice("ok", _("%(amount)s goes back to the customer.", amount=money(amount)))


def payment_path(number: str) -> str:
    """Return the path of the page of an order's payment."""
    return f"/staff/orders/{number}/payment"


async def find_order(context: HttpContext, number: str) -> Order:
    """Return an order. Raises Problem 404."""
    order = await context.database.read(find_order_by_number, number)
    if order is None:
        raise not_found()
    return order


async def _find(context: HttpContext, number: str) -> tuple[Order, Payment, list[Refund]]:
    """Return an order with its payment. Raises Problem 404 if it is not paid by card."""
    order = await find_order(context, number)
    if (payment := await context.database.read(find_payment, order.number)) is None:
        raise not_found()
    return order, payment, await context.database.read(list_refunds, order.number)


def _fields(refund: Refund) -> dict[str, Any]:
    return {**refund._asdict(), "label": _(REFUND_LABELS[refund.state])}
