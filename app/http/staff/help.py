"""For staff: who asks for help, the cart of one who is helped, and what became of earlier helps."""

from collections.abc import Mapping
from typing import Any, Final

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from app.domain.accounts import AccountId
from app.domain.catalog import Product
from app.domain.help import Answer, Help, HelpEnd, HelpId
from app.domain.help_care import OpenHelp
from app.domain.ops import Kind
from app.domain.outbox import OutboxId, outbox_of
from app.domain.sessions import Session
from app.domain.sharing import may_see
from app.http.cart.op_forms import op_of
from app.http.cart.op_messages import not_read, notice_of
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import read_form
from app.http.core.page import show
from app.http.core.session import require_login
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.protocol.encode import cart_fields
from app.protocol.localize import localized_cart
from app.protocol.orders import time_text
from app.services.help_errors import HelpTaken, NoHelp
from app.services.households import OwnHousehold
from app.services.searches import LONGEST_QUERY
from app.services.submit import submit_ops
from app.store.helps import PastHelp, count_units, list_past

PAGE: Final = "/staff/help"
MOST_FOUND: Final = 8
OVER: Final = N_("This help is over.")
ENDS: Final = {
    HelpEnd.SHOPPER: N_("ended by the shopper"),
    HelpEnd.STAFF: N_("ended by the helper"),
    HelpEnd.SHOPPER_LEFT: N_("the shopper left"),
    HelpEnd.STAFF_LEFT: N_("the helper left"),
    HelpEnd.NOBODY_FREE: N_("nobody was free"),
    HelpEnd.REVOKED: N_("one of both signed out or lost the right"),
}
ANSWERS: Final = {
    Answer.OPEN: N_("%(count)s of %(name)s: not answered"),
    Answer.ACCEPTED: N_("%(count)s of %(name)s: accepted"),
    Answer.DECLINED: N_("%(count)s of %(name)s: declined"),
    Answer.TAKEN_BACK: N_("%(count)s of %(name)s: taken back"),
}


def staff_help_blueprint(context: HttpContext) -> Blueprint:
    """Return the list of helps, and the page of a cart with its forms."""
    blueprint = Blueprint("staff_help", __name__)

    @blueprint.get(PAGE)
    async def helps() -> ResponseReturnValue:
        login = await require_login(context)
        open_now = await context.helps.look()
        units = await context.database.read(count_units, [one.cart for one in open_now])
        past = await context.database.read(list_past)
        return await show(
            context,
            "staff/help.html",
            waiting=[_open_fields(one, units.get(one.cart, 0), login) for one in open_now],
            past=[_past_fields(context, one) for one in past],
        )

    @blueprint.post(f"{PAGE}/<help_id>/take")
    async def take(help_id: str) -> ResponseReturnValue:
        read_form()
        login = await require_login(context)
        try:
            back = _page_of(await context.helps.take(login, HelpId(help_id)))
        except (NoHelp, HelpTaken, OwnHousehold) as refused:
            flash(Notice("warn", _why_not(refused)))
            back = PAGE
        return redirect(back, 303)

    @blueprint.post(f"{PAGE}/<help_id>/end")
    async def end(help_id: str) -> ResponseReturnValue:
        read_form()
        try:
            await context.helps.end_by_staff(await require_login(context), HelpId(help_id))
            flash(Notice("ok", _(OVER)))
        except NoHelp:
            flash(Notice("warn", _(OVER)))
        return redirect(PAGE, 303)

    _add_cart(blueprint, context)
    return blueprint


def _add_cart(blueprint: Blueprint, context: HttpContext) -> None:
    """Add the page of a cart that is helped with, and the form that suggests a line."""

    @blueprint.get(f"{PAGE}/<cart>")
    async def cart(cart: str) -> ResponseReturnValue:
        login = await require_login(context)
        try:
            return await _show_cart(context, login, AccountId(cart))
        except NoHelp:
            flash(Notice("warn", _(OVER)))
            return redirect(PAGE, 303)

    @blueprint.post(f"{PAGE}/<cart>/suggest")
    async def suggest(cart: str) -> ResponseReturnValue:
        form, login = read_form(), await require_login(context)
        try:
            await context.helps.helped_cart(login, AccountId(cart))
        except NoHelp:
            flash(Notice("warn", _(OVER)))
            return redirect(PAGE, 303)
        flash(await _suggest(context, login, AccountId(cart), form))
        return redirect(_page_of(AccountId(cart)), 303)


async def _suggest(
    context: HttpContext, login: Session, cart: AccountId, form: Mapping[str, str]
) -> Notice:
    if (submitted := op_of(Kind.SUGGEST_LINE, form)) is None:
        return not_read(Kind.SUGGEST_LINE)
    outbox = outbox_of(login.account, OutboxId(context.new_uuid()))
    async with context.hub.borrow(cart, outbox) as live:
        (result,) = await submit_ops(live, outbox, [submitted], login.account)
    return notice_of(submitted.op, result, context.catalog.today, None)


async def _show_cart(context: HttpContext, login: Session, cart: AccountId) -> str:
    """Return the page of *cart*, as far as a helper may see it. Raises NoHelp."""
    helped = await context.helps.helped_cart(login, cart)
    q = request.args.get("q", "")[:LONGEST_QUERY]
    found = (await context.search.find_any(q, 1)).products if q else []
    async with context.hub.borrow(helped.cart, None) as live:
        if not may_see(live.saved, login.account):
            raise NoHelp
        snapshot = live.snapshot(login.account)
    shown = localized_cart(snapshot.cart, current_language(), context.catalog.today)
    return await show(
        context,
        "staff/help_cart.html",
        helped={
            "id": helped.help.id,
            "cart": helped.cart,
            "owner": first_name(helped.owner),
            "shown": cart_fields(shown),
            "at": snapshot.at,
        },
        sought=q,
        found=[_product(one) for one in found[:MOST_FOUND]],
    )


def _page_of(cart: AccountId) -> str:
    return f"{PAGE}/{cart}"


def _why_not(refused: Exception) -> str:
    match refused:
        case HelpTaken(name=name) if name:
            return _("%(name)s helps already.", name=name)
        case OwnHousehold():
            return _("You share this cart anyway: use it as one of its household.")
        case _:
            return _(OVER)


def _open_fields(one: OpenHelp, units: int, login: Session) -> dict[str, Any]:
    return {
        "id": one.help.id,
        "cart": one.cart,
        "owner": first_name(one.owner),
        "asked_at_s": one.help.asked_at_s,
        "stamp": time_text(one.help.asked_at_s),
        "units": units,
        "helper": one.help.name,
        "is_mine": one.help.helper == login.account,
    }


def _past_fields(context: HttpContext, past: PastHelp) -> dict[str, Any]:
    help_ = past.help
    return {
        "id": help_.id,
        "owner": first_name(past.owner),
        "helper": help_.name,
        "asked_at_s": help_.asked_at_s,
        "stamp": time_text(help_.asked_at_s),
        "taken_at_s": help_.taken_at_s,
        "taken_stamp": time_text(help_.taken_at_s),
        "ended_at_s": help_.ended_at_s,
        "ended_stamp": time_text(help_.ended_at_s),
        "end": _(ENDS[help_.ended or HelpEnd.REVOKED]),
        "suggested": _suggested_texts(context, help_),
    }


def _suggested_texts(context: HttpContext, help_: Help) -> list[str]:
    products, language = context.catalog.today.products, current_language()
    return [
        _(ANSWERS[made.answer], name=products[sku].text(language).name, count=made.qty)
        for sku, made in help_.suggested.items()
        if sku in products
    ]


def _product(product: Product) -> dict[str, Any]:
    name, unit, _description = product.text(current_language())
    return {"sku": product.sku, "name": name, "unit": unit, "price": product.price}


def first_name(name: str) -> str:
    """Return what staff see of the name of a shopper: its first word."""
    return name.split(maxsplit=1)[0] if name.strip() else ""
