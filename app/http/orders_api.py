"""Orders for scripts (protocol.md §7)."""

from quart import Blueprint, Response, request

from app.domain.addresses import Address
from app.domain.orders import LONGEST_KEY, OrderKey, Pay
from app.domain.placing import NotPlaced, Obstacle
from app.domain.shelf import Money
from app.http.addresses import read_address
from app.http.bodies import as_json, read_body
from app.http.buying import Checkout, buy, cancel_while_placed
from app.http.desk import Desk
from app.http.login import need_login
from app.http.own_orders import own_order
from app.http.problems import Problem, malformed
from app.http.search import HIGHEST_PAGE, read_page
from app.protocol.json import BadValue, Fields, text, whole
from app.protocol.orders import order_fields
from app.store.orders import list_orders


def orders_api(desk: Desk) -> Blueprint:
    """Return the routes of orders."""
    door = Blueprint("orders_api", __name__)

    @door.post("/api/orders")
    async def place() -> Response:
        login = await need_login(desk)
        bought = await buy(desk, login.account, _read(await read_body()))
        if isinstance(bought, NotPlaced):
            raise _refused(bought)
        return as_json(order_fields(bought.order), 201 if bought.is_new else 200)

    @door.get("/api/orders")
    async def orders() -> Response:
        login = await need_login(desk)
        if (page := read_page(request.args.get("page", "") or "1")) is None:
            raise malformed(f"page: 1 to {HIGHEST_PAGE} is allowed")
        found = await desk.database.read(list_orders, login.account, page)
        listed = [order_fields(order) for order in found.orders]
        return as_json({"orders": listed, "next": found.next_page})

    @door.get("/api/orders/<number>")
    async def order(number: str) -> Response:
        return as_json(order_fields(await own_order(desk, number)))

    @door.post("/api/orders/<number>/cancel")
    async def cancel(number: str) -> Response:
        order = await cancel_while_placed(desk, await own_order(desk, number))
        return as_json(order_fields(order))

    return door


def _read(fields: Fields) -> Checkout:
    try:
        return Checkout(
            OrderKey(text(fields, "key", LONGEST_KEY, 1)),
            text(fields, "at"),
            Money(whole(fields, "total", 0)),
            _deliver(fields),
            _pay(fields),
        )
    except BadValue as fault:
        raise malformed(fault) from fault


def _deliver(fields: Fields) -> Address:
    if not isinstance(deliver := fields.get("deliver"), dict):
        raise BadValue("deliver: an object is needed")
    return read_address(deliver)


def _pay(fields: Fields) -> Pay:
    if (pay := text(fields, "pay")) not in set(Pay):
        raise BadValue(f"pay: one of these is needed: {', '.join(Pay)}")
    return Pay(pay)


def _refused(refusal: NotPlaced) -> Problem:
    problem = Problem(409, refusal.why, refusal.text)
    if refusal.why is Obstacle.STALE:
        problem.more = {"at": refusal.at, "total": refusal.total}
    return problem
