"""Renders pages with what all of them show: account, cart, notices, categories."""

from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from quart import Response, render_template, request

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.errors import DatabaseUnavailable
from app.domain.members import is_member
from app.domain.outbox import plain_outbox, sender_of
from app.domain.sessions import Session
from app.domain.told_orders import told_order
from app.domain.waitlist import Offer, open_offers
from app.http.core.context import HttpContext
from app.http.core.flash import take_notices
from app.http.core.forms import add_page_key
from app.http.core.help_state import help_state
from app.http.core.problems import Problem
from app.http.core.safe_redirect import HOME, safe_redirect
from app.http.core.session import find_login
from app.http.core.shown_household import shown_household
from app.http.core.used_cart import UsedCart, end_shared_cart, page_cart
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.protocol.encode import cart_fields
from app.protocol.localize import localized_cart, localized_offer
from app.protocol.messages import Snapshot

Values = dict[str, Any]

MISDIRECTED = 421
MAY_PASS = frozenset({408, 429, 500, 503})
"""The statuses of problems that may be over soon."""


class Way(NamedTuple):
    """A link that leads on."""

    label: str
    path: str


_ANONYMOUS: Values = {
    **dict.fromkeys(("account", "cart", "help", "at", "settled", "household", "ordered")),
    "offers": (),
}


async def show(context: HttpContext, template: str, **values: Any) -> str:
    """Return *template* rendered with *values* and what every page shows."""
    return await _render(context, template, await _account_values(context) | values)


async def show_to_all(
    context: HttpContext, template: str, *, canonical: str, **values: Any
) -> Response:
    """Return a page that is the same for all visitors who are not signed in.

    Their response may be cached and is revalidated each time: 304 until the page's content
    changes. The response to anybody who is signed in, or has notices, is not cached. *canonical* is
    the page's one address for search engines, without its language.
    """
    response = Response(await show(context, template, canonical=canonical, **values))
    if await find_login(context) is None and not take_notices():
        response.headers["Cache-Control"] = "public, no-cache"
        response.vary.add("Cookie")
        await response.add_etag(weak=True)
        await response.make_conditional(request)
    return response


async def show_problem(context: HttpContext, problem: Problem) -> Response:
    """Return the page of *problem*; without the account if the database is unavailable."""
    try:
        shown = await _account_values(context)
    except DatabaseUnavailable:
        shown = _ANONYMOUS
    about = {"status": problem.status, "title": problem.title, "detail": problem.detail}
    about["way"] = _way_on(context, problem.status)
    if problem.status == MISDIRECTED:
        page = await render_template("misdirected.html", **about, origin=context.origins[0])
    else:
        page = await _render(context, "problem.html", shown | about)
    return Response(page, problem.status, problem.headers)


async def _render(context: HttpContext, template: str, values: Values) -> str:
    if values["account"]:
        add_page_key(context)
    shared = {
        "notices": take_notices(),
        "path": _path(),
        "origin": context.origins[0],
        "op_key": context.new_uuid if values["account"] else _no_key,
        "categories": _categories(context),
        "shows_mails": context.kept_mails is not None,
    }
    return await render_template(template, **(shared | values))


async def _account_values(context: HttpContext) -> Values:
    if (login := await find_login(context)) is None:
        return _ANONYMOUS
    used, snapshot, saved = await _read_cart(context, login)
    account = {"id": login.account, "name": login.name, "staff": login.staff or login.lacks_mfa}
    return {
        "account": account,
        "cart": cart_fields(
            localized_cart(snapshot.cart, current_language(), context.catalog.today)
        ),
        "help": help_state(saved.help, context.now_s()),
        "at": snapshot.at,
        "settled": {
            plain_outbox(outbox): known.last
            for outbox, known in saved.outboxes.items()
            if sender_of(outbox) == used.by
        },
        "household": shown_household(saved.household, used),
        "ordered": told_order(saved, used.by),
        "offers": () if used.by else _offers(context, login.account),
    }


async def _read_cart(context: HttpContext, login: Session) -> tuple[UsedCart, Snapshot, Cart]:
    """Return the cart that the page shows, as the account may see it and as it is saved.

    That is the own, once the one that was chosen is not shared any more.
    """
    used = await page_cart(context, login)
    async with context.hub.borrow(used.owner, None) as cart:
        if not used.by or is_member(cart.saved.household, used.by):
            return used, cart.snapshot(used.by), cart.saved
    end_shared_cart(login)
    return await _read_cart(context, login)


def _offers(context: HttpContext, account: AccountId) -> list[Offer]:
    """Return what is kept for *account* that it has waited for."""
    today, language = context.catalog.today, current_language()
    offers = open_offers(account, today, context.now_s())
    return [localized_offer(offer, language, today) for offer in offers]


def _way_on(context: HttpContext, status: int) -> Way | None:
    """Return what to do about a problem of this *status*, beside going to the shop.

    That is the same page once more if it may work soon, or the page that a form was sent from.
    """
    if request.method != "POST":
        return Way(_("Try again"), _path()) if status in MAY_PASS else None
    came_from = urlsplit(request.referrer or "")
    query = f"?{came_from.query}" if came_from.query else ""
    path = safe_redirect(came_from.path + query)
    is_ours = f"{came_from.scheme}://{came_from.netloc}" in context.origins
    return Way(_("Back to the page"), path) if is_ours and path != HOME else None


def _no_key() -> str:
    """Return an empty key: without a login, a form only leads to the sign-in page."""
    return ""


def _path() -> str:
    """Return where to come back to: this page, unless it is only the target of a form."""
    query = request.query_string.decode("latin-1")
    return safe_redirect(quote(request.path) + (f"?{query}" if query else ""))


def _categories(context: HttpContext) -> list[Values]:
    counts, language = context.catalog.index.counts, current_language()
    return [
        {"slug": one.slug, "name": one.text(language), "count": counts[one.slug]}
        for one in context.categories
    ]
