"""The lesson “How it works”: one question asked without a session, with one, and over a socket."""

from typing import Any

from quart import Blueprint, Response

from app.domain.accounts import is_guest
from app.domain.catalog import EXACT_STOCK, Product, Sku, public_stock
from app.domain.holds import is_held
from app.http.core.context import HttpContext
from app.http.core.json_body import as_json
from app.http.core.page import show
from app.http.core.problems import login_required, not_found
from app.http.core.session import claimed_hash, find_login, require_login
from app.http.docs.lesson_balance import BALANCE
from app.http.docs.lesson_figures import (
    held_in_memory,
    messages_in_frames,
    messages_over_http,
    statement_fields,
    with_session,
    without_session,
)

PAGE = "/how-it-works"
API = "/api/how-it-works"
ENOUGH = 10


def how_it_works_blueprint(context: HttpContext) -> Blueprint:
    """Return the page, and the endpoints whose cost it shows."""
    blueprint = Blueprint("how_it_works", __name__)

    @blueprint.get(PAGE)
    async def how_it_works() -> str:
        measured = await _measure(context)
        example = await context.search.cheapest(ENOUGH)
        shown = {"example": example, "scarce": _scarce(context), "demo": _demo(context)}
        measured |= {**shown, "balance": BALANCE}
        return await show(context, "how_it_works.html", canonical=PAGE, **measured)

    @blueprint.get(f"{API}/stateless")
    async def stateless() -> Response:
        return as_json((await without_session(context)).as_fields)

    @blueprint.get(f"{API}/session")
    async def session() -> Response:
        if (cost := await with_session(context)) is None:
            raise login_required()
        return as_json(cost.as_fields)

    @blueprint.post(f"{API}/watch")
    async def watch() -> Response:
        login = await require_login(context)
        context.database.watch(login.id_hash, (login.account, login.id_hash))
        return Response(None, 204)

    @blueprint.delete(f"{API}/watch")
    async def unwatch() -> Response:
        # First of all: looking up the login is a query too, and would be counted.
        counter = context.database.unwatch(claimed_hash() or "")
        await require_login(context)
        if counter is None:
            raise not_found()
        spent, statements = counter.spent, statement_fields(counter.statements)
        return as_json({"queries": spent.queries, "rows": spent.rows, "statements": statements})

    _add_shelf(blueprint, context)
    return blueprint


def _add_shelf(blueprint: Blueprint, context: HttpContext) -> None:
    """Add the route by which a stranger sees how much of a product is left, and held."""

    @blueprint.get(f"{API}/shelf/<sku>")
    async def shelf(sku: Sku) -> Response:
        if (found := context.catalog.today.products.get(sku)) is None:
            raise not_found()
        return as_json({"stock": public_stock(found.available), "held": found.on_hold})


def _demo(context: HttpContext) -> dict[str, Any] | None:
    """Return what the page offers in a demo; nobody stands in for staff who need a passkey."""
    if context.demo is None:
        return None
    helps = not context.session_lookup.staff_need_mfa
    return {"token": context.demo.restart.token, "helps": helps}


def _scarce(context: HttpContext) -> Product | None:
    """Return the cheapest product that carts hold, of which few are left, and one is free."""
    return min(
        (
            each
            for each in context.catalog.today.products.values()
            if is_held(each) and each.on_hold < each.available <= EXACT_STOCK
        ),
        key=lambda each: each.price,
        default=None,
    )


async def _measure(context: HttpContext) -> dict[str, Any]:
    """Ask in each way while the page is made, so that it has figures without a script, too.

    The session comes first: looking up the login, which counts, is done once a request.
    """
    session, login = await with_session(context), await find_login(context)
    strangers = [await without_session(context) for _ in range(2)]
    held = await held_in_memory(context, login) if login else None
    return {
        "stateless": strangers[-1],
        "session": session,
        "held": held,
        "messages": {
            "stateless": [each for one in strangers for each in messages_over_http(one)],
            "session": list(messages_over_http(session)) if session else [],
            "held": list(messages_in_frames(held)) if held else [],
        },
        "is_guest": bool(login and is_guest(login.account)),
    }
