"""What every page shows beside its own: who is signed in, their cart, notices, categories."""

from typing import Any
from urllib.parse import quote

from quart import Response, g, render_template, request

from app.http.desk import Desk
from app.http.login import find_login
from app.http.notices import collect
from app.http.own_paths import own_path
from app.http.problems import Problem
from app.live.ports import Away
from app.protocol.encode import cart_fields
from app.store.database import NotNow

Context = dict[str, Any]

MISDIRECTED = 421

_NOBODY: Context = {"account": None, "cart": None, "at": None, "settled": None}


async def show(desk: Desk, template: str, **context: Any) -> str:
    """Return the page of *template*."""
    return await _render(desk, template, await _who(desk) | context)


async def show_to_all(desk: Desk, template: str, **context: Any) -> Response:
    """Return a page that is the same for every visitor who is not signed in.

    Theirs may be kept, if it is asked for again each time: it answers with 304 until a price, the
    stock or the page itself is another. Anybody else's is their own, and is not kept.
    """
    response = Response(await show(desk, template, **context))
    if await find_login(desk) is None and not g.notices:
        response.headers["Cache-Control"] = "public, no-cache"
        response.vary.add("Cookie")
        await response.add_etag(weak=True)
        await response.make_conditional(request)
    return response


async def show_problem(desk: Desk, problem: Problem) -> Response:
    """Return the page of a refusal; it shows who is signed in only if that can be told."""
    try:
        who = await _who(desk)
    except (NotNow, Away):
        who = _NOBODY
    about = {"status": problem.status, "title": problem.title, "detail": problem.detail}
    if problem.status == MISDIRECTED:
        page = await render_template("misdirected.html", **about, origin=desk.origins[0])
    else:
        page = await _render(desk, "problem.html", who | about)
    return Response(page, problem.status, problem.headers)


async def _render(desk: Desk, template: str, context: Context) -> str:
    g.notices = collect()
    shared = {
        "notices": g.notices,
        "path": _path(),
        "op_key": desk.new_uuid if context["account"] else _no_key,
        "categories": _categories(desk),
    }
    return await render_template(template, **(shared | context))


async def _who(desk: Desk) -> Context:
    if (login := await find_login(desk)) is None:
        return _NOBODY
    async with desk.hub.borrow(login.account, None) as cart:
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
    return own_path(quote(request.path) + (f"?{query}" if query else ""))


def _categories(desk: Desk) -> list[Context]:
    sold = [
        product.category for product in desk.hub.shop.shelf.today.products.values() if product.sold
    ]
    return [
        {"slug": slug, "name": name, "count": sold.count(slug)} for slug, name in desk.categories
    ]
