"""The way back from the page on which an order is paid, and what an order's page says of it."""

from collections.abc import Iterator, Mapping
from contextlib import suppress

from quart import Blueprint, redirect
from quart.typing import ResponseReturnValue

from app.domain.orders import NEXT, Order, OrderState, Pay
from app.domain.payment_troubles import has_lapsed
from app.domain.payments import Payment, PaymentState
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.session import find_login, to_login
from app.http.orders.own import own_order
from app.i18n.formats import money
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.services.payments.cards import BACK, PAID
from app.services.payments.provider import ProviderRefused, ProviderUnavailable
from app.store.payments import find_payment

UNDER_WAY = (OrderState.PLACED, *NEXT.values())
ON_DELIVERY_TEXTS = {
    N_("You pay on delivery, in cash or by card."): UNDER_WAY[:-1],
    N_("Payment was due on delivery."): UNDER_WAY[-1:],
    N_("This order is cancelled. There is nothing to pay."): (OrderState.CANCELLED,),
}
CARD_TEXTS = {
    N_("Not paid yet. Your products are kept for you for 15 minutes."): (
        OrderState.AWAITING_PAYMENT,
    ),
    N_("The total is held on your card. It is taken when we pack your order."): UNDER_WAY[:1],
    N_("You pay by card."): UNDER_WAY[1:],
    N_("This order is cancelled. Nothing is taken from your card."): (OrderState.CANCELLED,),
}
LAPSED_TEXTS = {
    N_(
        "Nothing is held on your card any more: your bank has released it. We write to you how this"
        " order is paid now; until we start packing, you can also cancel it."
    ): UNDER_WAY,
    N_("This order is cancelled. Nothing is taken from your card."): (OrderState.CANCELLED,),
}
PAY_TEXTS = {Pay.ON_DELIVERY: ON_DELIVERY_TEXTS, Pay.CARD: CARD_TEXTS}
PLACED = N_("Thank you. Your order is placed, and your card is charged when we pack it.")
NOT_HEARD = N_("We have not heard of your payment yet. This page shows it as soon as we do.")
TOO_LATE = N_("This order was cancelled before you paid. Nothing is taken from your card.")
NOT_PAID = N_("You have not paid yet. You can still do so, or cancel the order.")


def payment_blueprint(context: HttpContext) -> Blueprint:
    """Return where the provider's page leads to; both show the order, with a notice."""
    blueprint = Blueprint("payment", __name__)

    @blueprint.get(f"/orders/<number>/{PAID}")
    async def paid(number: str) -> ResponseReturnValue:
        return await come_back(number, NOT_HEARD)

    @blueprint.get(f"/orders/<number>/{BACK}")
    async def back(number: str) -> ResponseReturnValue:
        return await come_back(number, NOT_PAID)

    async def come_back(number: str, otherwise: str) -> ResponseReturnValue:
        if await find_login(context) is None:
            return to_login(f"/orders/{number}")
        order = await own_order(context, number)
        if order.pay is Pay.CARD:
            await _ask(context, order)
            flash(_notice(await own_order(context, number), otherwise))
        return redirect(f"/orders/{order.number}", 303)

    return blueprint


async def pay_address(context: HttpContext, order: Order) -> str:
    """Return where an order that was just placed leads to: the page to pay it on, or its own."""
    if order.state is OrderState.AWAITING_PAYMENT:
        payment = await context.database.read(find_payment, order.number)
        if payment is not None:
            return payment.page.url
    return f"/orders/{order.number}"


def pay_texts(order: Order, payment: Payment | None) -> Mapping[str, tuple[OrderState, ...]]:
    """Return how *order* is paid, and in which states that is so."""
    if payment and order.pay is Pay.CARD and has_lapsed(order.state, payment):
        return LAPSED_TEXTS
    return PAY_TEXTS[order.pay]


def amounts(order: Order, payment: Payment | None) -> Iterator[str]:
    """Yield what was taken from the card and what was given back, as far as that is known."""
    if payment is None:
        return
    if payment.captured:
        yield _("%(amount)s was taken from your card.", amount=money(payment.captured))
    elif payment.state is PaymentState.VOIDED and order.state is not OrderState.CANCELLED:
        yield _("Nothing was taken from your card.")
    if payment.refunded:
        yield _("%(amount)s was given back to your card.", amount=money(payment.refunded))


def was_never_paid(order: Order, payment: Payment | None) -> bool:
    """Say whether *order* was cancelled without having been paid: it may all be wanted still."""
    is_cancelled = order.state is OrderState.CANCELLED
    return payment is not None and is_cancelled and not payment.authorised


async def _ask(context: HttpContext, order: Order) -> None:
    """Ask the provider whether *order* was paid; if it is away, it is asked again later."""
    if context.checkout.cards:
        with suppress(ProviderUnavailable, ProviderRefused):
            await context.checkout.cards.ask(order.number)


def _notice(order: Order, otherwise: str) -> Notice:
    """Return what to say of *order*, whose payment the provider was asked about."""
    match order.state:
        case OrderState.AWAITING_PAYMENT:
            return Notice("warn", _(otherwise))
        case OrderState.CANCELLED:
            return Notice("warn", _(TOO_LATE))
        case _:
            return Notice("ok", _(PLACED))
