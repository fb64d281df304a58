"""Orders as JSON (protocol.md §7)."""

from quart import Blueprint, Response, request

from app.domain.addresses import Address
from app.domain.catalog import Money
from app.domain.orders import LONGEST_KEY, OrderKey, Pay
from app.domain.placing import Rejected
from app.http.catalog.search import HIGHEST_PAGE, read_page
from app.http.core.address_fields import read_address
from app.http.core.context import HttpContext
from app.http.core.json_body import as_json, read_body
from app.http.core.problems import malformed, order_rejected
from app.http.core.session import require_login
from app.http.orders.own import own_order
from app.protocol.json import BadValue, Fields, text, whole
from app.protocol.orders import order_fields
from app.services.checkout import CheckoutRequest
from app.store.orders import list_orders


def orders_api_blueprint(context: HttpContext) -> Blueprint:
    """Return the routes of orders in JSON."""
    blueprint = Blueprint("orders_api", __name__)

    @blueprint.post("/api/orders")
    async def place() -> Response:
        login = await require_login(context)
        placed = await context.checkout.place(login.account, _read(await read_body()))
        if isinstance(placed, Rejected):
            raise order_rejected(placed)
        return as_json(order_fields(placed.order), 201 if placed.is_new else 200)

    @blueprint.get("/api/orders")
    async def orders() -> Response:
        login = await require_login(context)
        if (page := read_page(request.args.get("page", "") or "1")) is None:
            raise malformed(f"page: 1 to {HIGHEST_PAGE} is allowed")
        found = await context.database.read(list_orders, login.account, page)
        listed = [order_fields(order) for order in found.orders]
        return as_json({"orders": listed, "next": found.next_page})

    @blueprint.get("/api/orders/<number>")
    async def order(number: str) -> Response:
        return as_json(order_fields(await own_order(context, number)))

    @blueprint.post("/api/orders/<number>/cancel")
    async def cancel(number: str) -> Response:
        order = await context.checkout.cancel_while_placed(await own_order(context, number))
        return as_json(order_fields(order))

    return blueprint


def _read(fields: Fields) -> CheckoutRequest:
    try:
        return CheckoutRequest(
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
