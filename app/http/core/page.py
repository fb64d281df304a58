"""Renders pages with what all of them show: account, cart, notices, categories."""

from typing import Any
from urllib.parse import quote

from quart import Response, g, render_template, request

from app.domain.errors import DatabaseUnavailable
from app.http.core.context import HttpContext
from app.http.core.flash import take_notices
from app.http.core.problems import Problem
from app.http.core.safe_redirect import safe_redirect
from app.http.core.session import find_login
from app.protocol.encode import cart_fields

Values = dict[str, Any]

MISDIRECTED = 421

_ANONYMOUS: Values = {"account": None, "cart": None, "at": None, "settled": None}


async def show(context: HttpContext, template: str, **values: Any) -> str:
    """Return *template* rendered with *values* and what every page shows."""
    return await _render(context, template, await _account_values(context) | values)


async def show_to_all(context: HttpContext, template: str, **values: Any) -> Response:
    """Return a page that is the same for all visitors who are not signed in.

    Their response may be cached and is revalidated each time: 304 until the page's content
    changes. The response to anybody who is signed in, or has notices, is not cached.
    """
    response = Response(await show(context, template, **values))
    if await find_login(context) is None and not g.notices:
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
    if problem.status == MISDIRECTED:
        page = await render_template("misdirected.html", **about, origin=context.origins[0])
    else:
        page = await _render(context, "problem.html", shown | about)
    return Response(page, problem.status, problem.headers)


async def _render(context: HttpContext, template: str, values: Values) -> str:
    g.notices = take_notices()
    shared = {
        "notices": g.notices,
        "path": _path(),
        "op_key": context.new_uuid if values["account"] else _no_key,
        "categories": _categories(context),
    }
    return await render_template(template, **(shared | values))


async def _account_values(context: HttpContext) -> Values:
    if (login := await find_login(context)) is None:
        return _ANONYMOUS
    async with context.hub.borrow(login.account, None) as cart:
        snapshot, outboxes = cart.snapshot(), cart.saved.outboxes
    account = {"id": login.account, "name": login.name, "staff": login.staff}
    return {
        "account": account,
        "cart": cart_fields(snapshot.cart),
        "at": snapshot.at,
        "settled": {outbox: known.last for outbox, known in outboxes.items()},
    }


def _no_key() -> str:
    """Return an empty key: without a login, a form only leads to the sign-in page."""
    return ""


def _path() -> str:
    """Return where to come back to: this page, unless it is only the target of a form."""
    query = request.query_string.decode("latin-1")
    return safe_redirect(quote(request.path) + (f"?{query}" if query else ""))


def _categories(context: HttpContext) -> list[Values]:
    sold = [product.category for product in context.catalog.today.products.values() if product.sold]
    return [
        {"slug": slug, "name": name, "count": sold.count(slug)} for slug, name in context.categories
    ]
