"""What every page shows beside its own: who is signed in, their cart, notices, categories."""

from typing import Any
from urllib.parse import quote

from quart import Response, g, render_template, request

from app.domain.errors import DatabaseUnavailable
from app.http.core.context import HttpContext
from app.http.core.flash import collect
from app.http.core.problems import Problem
from app.http.core.safe_redirect import safe_redirect
from app.http.core.session import find_login
from app.protocol.encode import cart_fields

Values = dict[str, Any]

MISDIRECTED = 421

_NOBODY: Values = {"account": None, "cart": None, "at": None, "settled": None}


async def show(context: HttpContext, template: str, **values: Any) -> str:
    """Return the page of *template*."""
    return await _render(context, template, await _who(context) | values)


async def show_to_all(context: HttpContext, template: str, **values: Any) -> Response:
    """Return a page that is the same for every visitor who is not signed in.

    Theirs may be kept, if it is asked for again each time: it answers with 304 until a price, the
    stock or the page itself is another. Anybody else's is their own, and is not kept.
    """
    response = Response(await show(context, template, **values))
    if await find_login(context) is None and not g.notices:
        response.headers["Cache-Control"] = "public, no-cache"
        response.vary.add("Cookie")
        await response.add_etag(weak=True)
        await response.make_conditional(request)
    return response


async def show_problem(context: HttpContext, problem: Problem) -> Response:
    """Return the page of a refusal; it shows who is signed in only if that can be told."""
    try:
        who = await _who(context)
    except DatabaseUnavailable:
        who = _NOBODY
    about = {"status": problem.status, "title": problem.title, "detail": problem.detail}
    if problem.status == MISDIRECTED:
        page = await render_template("misdirected.html", **about, origin=context.origins[0])
    else:
        page = await _render(context, "problem.html", who | about)
    return Response(page, problem.status, problem.headers)


async def _render(context: HttpContext, template: str, values: Values) -> str:
    g.notices = collect()
    shared = {
        "notices": g.notices,
        "path": _path(),
        "op_key": context.new_uuid if values["account"] else _no_key,
        "categories": _categories(context),
    }
    return await render_template(template, **(shared | values))


async def _who(context: HttpContext) -> Values:
    if (login := await find_login(context)) is None:
        return _NOBODY
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
    """Return what forms have in place of a key where they lead to the login anyway."""
    return ""


def _path() -> str:
    """Return where to come back to: this page, unless it only answers a form."""
    query = request.query_string.decode("latin-1")
    return safe_redirect(quote(request.path) + (f"?{query}" if query else ""))


def _categories(context: HttpContext) -> list[Values]:
    sold = [product.category for product in context.catalog.today.products.values() if product.sold]
    return [
        {"slug": slug, "name": name, "count": sold.count(slug)} for slug, name in context.categories
    ]
