"""The page “How it works”: one question asked without a session, with one, and over a websocket."""

import time
from typing import Any

from quart import Blueprint, Response, request

from app.domain.catalog import Product
from app.http.core.context import HttpContext
from app.http.core.json_body import as_json
from app.http.core.page import show
from app.http.core.problems import login_required, not_found
from app.http.core.session import claimed_hash, find_login, require_login
from app.protocol.faults import FAULTS
from app.store.carts import load_cart
from app.store.query_counter import count_queries

PAGE = "/how-it-works"
API = "/api/how-it-works"
ENOUGH = 10

Figures = dict[str, Any]


def how_it_works_blueprint(context: HttpContext) -> Blueprint:
    """Return the page, and the endpoints whose cost it shows."""
    blueprint = Blueprint("how_it_works", __name__)

    @blueprint.get(PAGE)
    async def how_it_works() -> str:
        tried = await _try(context, request.args.get("try", ""))
        example = _example(context)
        return await show(context, "how_it_works.html", **tried, example=example, faults=FAULTS)

    @blueprint.get(f"{API}/stateless")
    async def stateless() -> Response:
        return as_json(await _without_session(context))

    @blueprint.get(f"{API}/session")
    async def session() -> Response:
        if (figures := await _with_session(context)) is None:
            raise login_required()
        return as_json(figures)

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
        return as_json({"queries": counter.spent.queries, "rows": counter.spent.rows})

    return blueprint


async def _try(context: HttpContext, which: str) -> dict[str, Figures | None]:
    """Do for a form what the endpoint does for its button, without JavaScript."""
    return {
        "stateless": await _without_session(context) if which == "stateless" else None,
        "session": await _with_session(context) if which == "session" else None,
    }


async def _without_session(context: HttpContext) -> Figures:
    """Answer without reading a cookie, so that each request is a new visitor."""
    began = time.perf_counter()
    with count_queries() as counter:
        stranger = f"stranger-{context.new_uuid()[:8]}"
    cookie = "came, and was not looked at" if "Cookie" in request.headers else "none"
    return {"who": stranger, "cookie": cookie, **_cost(began), **counter.spent._asdict()}


async def _with_session(context: HttpContext) -> Figures | None:
    """Read the account and its cart from the database, even if the cart is open in memory."""
    began = time.perf_counter()
    with count_queries() as counter:
        if (login := await find_login(context)) is None:
            return None
        cart = await context.database.read(load_cart, login.account)
    count = sum(line.qty for line in cart.lines.values())
    about = {"who": login.name, "count": count, "rev": cart.rev}
    return {**about, **_cost(began), **counter.spent._asdict()}


def _cost(began: float) -> Figures:
    return {"bytes_in": _request_bytes(), "server_ms": (time.perf_counter() - began) * 1000}


def _request_bytes() -> int:
    """Return the size of the request's head as HTTP/1.1, blank line included."""
    query = request.query_string.decode("latin-1")
    target = f"{request.root_path}{request.path}{'?' if query else ''}{query}"
    lines = [f"{request.method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return sum(len(line.encode()) + 2 for line in lines) + 2


def _example(context: HttpContext) -> Product | None:
    """Return the cheapest product of which there are enough to try things out with."""
    products = context.catalog.today.products.values()
    on_sale = [product for product in products if product.sold and product.stock]
    return min(on_sale, key=lambda product: (product.stock < ENOUGH, product.price), default=None)
