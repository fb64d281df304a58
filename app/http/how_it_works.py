"""What the shop teaches: the same question asked without, with, and beyond a session."""

import time
from typing import Any

from quart import Blueprint, Response, request

from app.domain.shelf import Product
from app.http.bodies import as_json
from app.http.desk import Desk
from app.http.login import claimed_hash, find_login, need_login
from app.http.page import show
from app.http.problems import login_required, not_found
from app.protocol.faults import FAULTS
from app.store.carts import load_cart
from app.store.meter import metered

PAGE = "/how-it-works"
API = "/api/how-it-works"
ENOUGH = 10

Figures = dict[str, Any]


def how_it_works_door(desk: Desk) -> Blueprint:
    """Return the page, and the requests that it measures."""
    door = Blueprint("how_it_works", __name__)

    @door.get(PAGE)
    async def how_it_works() -> str:
        tried = await _try(desk, request.args.get("try", ""))
        example = _example(desk)
        return await show(desk, "how_it_works.html", **tried, example=example, faults=FAULTS)

    @door.get(f"{API}/stateless")
    async def stateless() -> Response:
        return as_json(await _meet_stranger(desk))

    @door.get(f"{API}/session")
    async def session() -> Response:
        if (figures := await _recognise(desk)) is None:
            raise login_required()
        return as_json(figures)

    @door.post(f"{API}/watch")
    async def watch() -> Response:
        login = await need_login(desk)
        desk.database.watch(login.id_hash, (login.account, login.id_hash))
        return Response(None, 204)

    @door.delete(f"{API}/watch")
    async def unwatch() -> Response:
        # Before anything else: looking up the login is a statement too.
        meter = desk.database.unwatch(claimed_hash() or "")
        await need_login(desk)
        if meter is None:
            raise not_found()
        return as_json({"queries": meter.spent.queries, "rows": meter.spent.rows})

    return door


async def _try(desk: Desk, which: str) -> dict[str, Figures | None]:
    """Answer a form of the page as the buttons' requests are answered."""
    return {
        "stateless": await _meet_stranger(desk) if which == "stateless" else None,
        "session": await _recognise(desk) if which == "session" else None,
    }


async def _meet_stranger(desk: Desk) -> Figures:
    """Answer without looking at any cookie; every request is somebody new."""
    began = time.perf_counter()
    with metered() as meter:
        stranger = f"stranger-{desk.new_uuid()[:8]}"
    cookie = "came, and was not looked at" if "Cookie" in request.headers else "none"
    return {"who": stranger, "cookie": cookie, **_cost(began), **meter.spent._asdict()}


async def _recognise(desk: Desk) -> Figures | None:
    """Find out who asks and what is in their cart from the database, whatever is live."""
    began = time.perf_counter()
    with metered() as meter:
        if (login := await find_login(desk)) is None:
            return None
        cart = await desk.database.read(load_cart, login.account)
    count = sum(line.qty for line in cart.lines.values())
    about = {"who": login.name, "count": count, "rev": cart.rev}
    return {**about, **_cost(began), **meter.spent._asdict()}


def _cost(began: float) -> Figures:
    return {"bytes_in": _request_bytes(), "server_ms": (time.perf_counter() - began) * 1000}


def _request_bytes() -> int:
    """Return how long the request's head was as HTTP/1.1, the blank line included."""
    query = request.query_string.decode("latin-1")
    target = f"{request.root_path}{request.path}{'?' if query else ''}{query}"
    lines = [f"{request.method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return sum(len(line.encode()) + 2 for line in lines) + 2


def _example(desk: Desk) -> Product | None:
    """Return something cheap of which there is enough to try things out with."""
    products = desk.hub.shop.shelf.today.products.values()
    on_sale = [product for product in products if product.sold and product.stock]
    return min(on_sale, key=lambda product: (product.stock < ENOUGH, product.price), default=None)
