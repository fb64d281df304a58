"""Waitlists: to be told when a product can be had again, by forms and as JSON (protocol.md §11)."""

from collections.abc import Mapping
from typing import Final, assert_never

from quart import Blueprint, Response, redirect
from quart.typing import ResponseReturnValue

from app.domain.accounts import AccountId
from app.domain.catalog import Product, Sku
from app.domain.sessions import Session
from app.domain.waitlist import MOST_PLACES, Joined, open_offers
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import read_form
from app.http.core.json_body import as_json, read_body
from app.http.core.problems import Problem, malformed, not_found
from app.http.core.safe_redirect import safe_redirect
from app.http.core.session import find_login, require_login, to_login
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.protocol.json import BadValue, Fields, text
from app.store.waitlist import join_waitlist, leave_waitlist, places_of

LONGEST_SKU: Final = 64
NOTICES: Final[Mapping[Joined, str]] = {
    Joined.WAITS: N_("We tell you when you can have it: %(name)s, %(unit)s."),
    Joined.FREE: N_("You need not wait, there is some left: %(name)s, %(unit)s."),
    Joined.FULL: N_("You already wait for %(most)s products. Leave one of those lists first."),
    Joined.GONE: N_("We no longer sell this product."),
}


def waitlist_blueprint(context: HttpContext) -> Blueprint:
    """Return the forms and the JSON of waitlists."""
    blueprint = Blueprint("waitlist", __name__)

    @blueprint.post("/waitlist/join")
    async def join() -> ResponseReturnValue:
        return await _answer_form(context, is_joining=True)

    @blueprint.post("/waitlist/leave")
    async def leave() -> ResponseReturnValue:
        return await _answer_form(context, is_joining=False)

    @blueprint.get("/api/waitlist")
    async def waitlist() -> Response:
        return await waitlist_of(context, await require_login(context))

    @blueprint.post("/api/waitlist")
    async def wait() -> Response:
        login, sku = await require_login(context), sku_in(await read_body())
        await wait_as(context, login, sku)
        return await waitlist_of(context, login)

    @blueprint.post("/api/waitlist/leave")
    async def give_up() -> Response:
        login = await require_login(context)
        await give_up_as(context, login, sku_in(await read_body()))
        return await waitlist_of(context, login)

    return blueprint


async def _answer_form(context: HttpContext, *, is_joining: bool) -> ResponseReturnValue:
    form = read_form()
    back, sku = safe_redirect(form.get("next", "")), Sku(form.get("sku", ""))
    if (login := await find_login(context)) is None:
        return to_login(back)
    if is_joining:
        joined = await _join(context, login.account, sku)
        kind = "ok" if joined is Joined.WAITS else "warn"
        flash(Notice(kind, _notice(context, sku, joined)))
    else:
        await give_up_as(context, login, sku)
        flash(Notice("ok", _("You do not wait for it any longer.")))
    return redirect(back, 303)


async def _join(context: HttpContext, account: AccountId, sku: Sku) -> Joined:
    if sku not in context.catalog.today.products:
        return Joined.GONE
    joined = await context.database.write(join_waitlist, account, sku, int(context.now_s()))
    if joined is Joined.WAITS:
        context.hub.context.stats.unmet.miss(sku)
        await context.refresh_catalog()
    return joined


async def wait_as(context: HttpContext, login: Session, sku: Sku) -> None:
    """Have *login* wait for *sku*. Raises Problem 404 or 409 if that is not possible."""
    joined = await _join(context, login.account, sku)
    match joined:
        case Joined.WAITS:
            pass
        case Joined.FREE:
            raise Problem(409, "not_sold_out", _notice(context, sku, joined))
        case Joined.FULL:
            raise Problem(409, "too_many_places", _notice(context, sku, joined))
        case Joined.GONE:
            raise not_found()
        case _:
            assert_never(joined)


async def give_up_as(context: HttpContext, login: Session, sku: Sku) -> None:
    """Have *login* wait for *sku* no longer, and give back what is kept of it."""
    if sku in context.catalog.today.products:
        await context.database.write(leave_waitlist, login.account, sku, int(context.now_s()))
        await context.refresh_catalog()


async def waitlist_of(context: HttpContext, login: Session) -> Response:
    """Return what *login* waits for and what is kept for it, as JSON."""
    places = await context.database.read(places_of, login.account)
    offers = open_offers(login.account, context.catalog.today, context.now_s())
    return as_json(
        {
            "places": [{"sku": place.sku, "before": place.before} for place in places],
            "offers": [{"sku": offer.sku, "ms": offer.ms} for offer in offers],
        }
    )


def _notice(context: HttpContext, sku: Sku, joined: Joined) -> str:
    product: Product | None = context.catalog.today.products.get(sku)
    if product is None:
        return _(NOTICES[Joined.GONE])
    words = product.text(current_language())
    return _(NOTICES[joined], name=words.name, unit=words.unit, most=MOST_PLACES)


def sku_in(body: Fields) -> Sku:
    """Return the product that *body* names. Raises Problem 400."""
    try:
        return Sku(text(body, "sku", LONGEST_SKU, 1))
    except BadValue as fault:
        raise malformed(fault) from fault
