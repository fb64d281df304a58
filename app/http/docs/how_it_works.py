"""What the shop teaches: the same question asked without, with, and beyond a session."""

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
    """Return the page, and the requests that it measures."""
    blueprint = Blueprint("how_it_works", __name__)

    @blueprint.get(PAGE)
    async def how_it_works() -> str:
        tried = await _try(context, request.args.get("try", ""))
        example = _example(context)
        return await show(context, "how_it_works.html", **tried, example=example, faults=FAULTS)

    @blueprint.get(f"{API}/stateless")
    async def stateless() -> Response:
        return as_json(await _meet_stranger(context))

    @blueprint.get(f"{API}/session")
    async def session() -> Response:
        if (figures := await _recognise(context)) is None:
            raise login_required()
        return as_json(figures)

    @blueprint.post(f"{API}/watch")
    async def watch() -> Response:
        login = await require_login(context)
        context.database.watch(login.id_hash, (login.account, login.id_hash))
        return Response(None, 204)

    @blueprint.delete(f"{API}/watch")
    async def unwatch() -> Response:
        # Before anything else: looking up the login is a statement too.
        counter = context.database.unwatch(claimed_hash() or "")
        await require_login(context)
        if counter is None:
            raise not_found()
        return as_json({"queries": counter.spent.queries, "rows": counter.spent.rows})

    return blueprint


async def _try(context: HttpContext, which: str) -> dict[str, Figures | None]:
    """Answer a form of the page as the buttons' requests are answered."""
    return {
        "stateless": await _meet_stranger(context) if which == "stateless" else None,
        "session": await _recognise(context) if which == "session" else None,
    }


async def _meet_stranger(context: HttpContext) -> Figures:
    """Answer without looking at any cookie; every request is somebody new."""
    began = time.perf_counter()
    with count_queries() as counter:
        stranger = f"stranger-{context.new_uuid()[:8]}"
    cookie = "came, and was not looked at" if "Cookie" in request.headers else "none"
    return {"who": stranger, "cookie": cookie, **_cost(began), **counter.spent._asdict()}


async def _recognise(context: HttpContext) -> Figures | None:
    """Find out who asks and what is in their cart from the database, whatever is live."""
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
    """Return how long the request's head was as HTTP/1.1, the blank line included."""
    query = request.query_string.decode("latin-1")
    target = f"{request.root_path}{request.path}{'?' if query else ''}{query}"
    lines = [f"{request.method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return sum(len(line.encode()) + 2 for line in lines) + 2


def _example(context: HttpContext) -> Product | None:
    """Return something cheap of which there is enough to try things out with."""
    products = context.catalog.today.products.values()
    on_sale = [product for product in products if product.sold and product.stock]
    return min(on_sale, key=lambda product: (product.stock < ENOUGH, product.price), default=None)
