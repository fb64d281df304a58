"""Forms on a customer's order: cancel it, or order the same again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from quart import Blueprint, redirect
from quart.typing import ResponseReturnValue

from app.domain.catalog import Catalog
from app.domain.limits import MOST_LINES, MOST_OF_ONE
from app.domain.order_texts import text_of_line
from app.domain.orders import Order, OrderLine, OrderState
from app.domain.outbox import OutboxId, outbox_of
from app.domain.sessions import Session
from app.domain.verdicts import Code
from app.http.cart.op_messages import OLD_PAGE, refused
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import read_form
from app.http.core.page import show
from app.http.core.problems import problem_of
from app.http.core.session import find_login, to_login
from app.http.core.used_cart import end_shared_cart, form_cart
from app.http.orders.own import own_order
from app.http.orders.shown_lines import listed_up_to
from app.i18n.formats import money
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.protocol.json import BadValue, uuid
from app.services.checkout import TooLate
from app.services.errors import ServiceError
from app.services.households import NotAMember
from app.services.reorder import PriceChange, Reordered, SkippedLine, reorder

MOST_NAMED = 6
_NOT_ADDED: Mapping[Code | None, str] = {
    Code.SOLD_OUT: N_("Not added, because there are no more available: %(names)s."),
    Code.GONE: N_("Not added, because we no longer sell it: %(names)s."),
    Code.QTY_LIMIT: N_(
        "Not added, because a cart holds at most %(most_of_one)s of one product: %(names)s."
    ),
    Code.NOT_ALLOWED: N_("Not added, because you may only suggest products: %(names)s."),
    Code.LINE_LIMIT: N_("Not added, because a cart holds at most %(most)s products: %(names)s."),
}
_NOT_TRIED = N_("Not added, because we could not save it; please add it again: %(names)s.")


def order_forms_blueprint(context: HttpContext) -> Blueprint:
    """Return the forms on an order's page; each answers with a notice on the next page."""
    blueprint = Blueprint("order_forms", __name__)

    @blueprint.get("/orders/<number>/cancel")
    async def ask_before_cancelling(number: str) -> ResponseReturnValue:
        if await find_login(context) is None:
            return to_login(f"/orders/{number}")
        order = await own_order(context, number)
        if order.state not in {OrderState.AWAITING_PAYMENT, OrderState.PLACED}:
            flash(_not_cancelled(order))
            return redirect(f"/orders/{order.number}", 303)
        return await show(context, "cancel_order.html", order=order)

    @blueprint.post("/orders/<number>/cancel")
    async def cancel(number: str) -> ResponseReturnValue:
        if await find_login(context) is None:
            return to_login(f"/orders/{number}")
        order = await own_order(context, number)
        flash(await _cancel(context, order))
        return redirect(f"/orders/{order.number}", 303)

    @blueprint.post("/orders/<number>/again")
    async def again(number: str) -> ResponseReturnValue:
        if (login := await find_login(context)) is None:
            return to_login(f"/orders/{number}")
        return await _order_again(context, login, await own_order(context, number))

    return blueprint


async def _order_again(context: HttpContext, login: Session, order: Order) -> ResponseReturnValue:
    try:
        outbox = OutboxId(uuid(read_form(), "key"))
        owner, by = await form_cart(context, login)
    except BadValue:
        flash(refused(OLD_PAGE))
        return redirect(f"/orders/{order.number}", 303)
    except NotAMember:
        end_shared_cart(login)
        return redirect("/cart", 303)
    catalog = context.catalog.today
    done = await reorder(context.hub, catalog, owner, outbox_of(by, outbox), order)
    for notice in reorder_notices(done, catalog):
        flash(notice)
    return redirect("/cart", 303)


def reorder_notices(done: Reordered, catalog: Catalog) -> Iterator[Notice]:
    """Return what to say after a reorder; each list names at most `MOST_NAMED` products."""
    if done.added:
        names = _first(_name(line, catalog) for line in done.added)
        yield Notice("ok", _("Added %(names)s to your cart.", names=names))
    if done.short:
        held = _first(
            f"{short.got} \N{MULTIPLICATION SIGN} {_name(short.line, catalog)}"
            for short in done.short
        )
        yield Notice(
            "warn", _("Only so many are left, and they are in your cart: %(held)s.", held=held)
        )
    for why, lines in _by_reason(done.skipped):
        names = _first(_name(line, catalog) for line in lines)
        text = _NOT_ADDED.get(why, _NOT_TRIED)
        yield Notice("warn", _(text, names=names, most=MOST_LINES, most_of_one=MOST_OF_ONE))
    if done.price_changes:
        changes = _first(_price_change(change, catalog) for change in done.price_changes)
        yield Notice("warn", _("Prices have changed: %(changes)s.", changes=changes))


def _price_change(change: PriceChange, catalog: Catalog) -> str:
    return _(
        "%(name)s from %(before)s to %(now)s",
        name=_name(change.line, catalog),
        before=money(change.line.price),
        now=money(change.price),
    )


def _by_reason(
    skipped: Sequence[SkippedLine],
) -> Iterator[tuple[Code | None, Sequence[OrderLine]]]:
    for why in dict.fromkeys(one.why for one in skipped):
        yield why, [one.line for one in skipped if one.why is why]


async def _cancel(context: HttpContext, order: Order) -> Notice:
    try:
        await context.checkout.cancel_while_placed(order)
    except ServiceError as error:
        return Notice("error", problem_of(error).detail)
    return _cancelled()


def _cancelled() -> Notice:
    return Notice("ok", _("Your order is cancelled. There is nothing to pay."))


def _not_cancelled(order: Order) -> Notice:
    """Return why *order*, which is no longer as it was placed, cannot be cancelled."""
    if order.state is OrderState.CANCELLED:
        return _cancelled()
    return Notice("error", problem_of(TooLate()).detail)


def _name(line: OrderLine, catalog: Catalog) -> str:
    return text_of_line(line, catalog, current_language()).name


def _first(items: Iterable[str]) -> str:
    return listed_up_to(MOST_NAMED, items)
