"""Orders as JSON (protocol.md §7)."""

from quart import Blueprint, Response, request

from app.domain.accounts import AccountId
from app.domain.addresses import Address
from app.domain.catalog import Money
from app.domain.members import OWNER
from app.domain.order_texts import in_language
from app.domain.orders import LONGEST_KEY, Order, OrderKey, Pay
from app.domain.paging import HIGHEST_PAGE, next_text, read_start
from app.domain.placing import Rejected
from app.http.core.address_fields import read_address
from app.http.core.context import HttpContext
from app.http.core.json_body import as_json, read_body
from app.http.core.problems import malformed, order_rejected
from app.http.core.session import require_login
from app.http.orders.own import own_order
from app.i18n.translate import current_language
from app.protocol.json import BadValue, Fields, text, whole
from app.protocol.orders import order_fields
from app.services.checkout import CheckoutRequest
from app.store.orders import PAGE_KEY, list_orders
from app.store.payments import find_payments


def orders_api_blueprint(context: HttpContext) -> Blueprint:
    """Return the routes of orders in JSON."""
    blueprint = Blueprint("orders_api", __name__)

    @blueprint.post("/api/orders")
    async def place() -> Response:
        login = await require_login(context)
        order = _read(await read_body(), context.shop.country)
        cart = AccountId(request.args.get("cart") or login.account)
        member_of = cart if await context.households.sender(login.account, cart) else OWNER
        placed = await context.checkout.place(login.account, order._replace(member_of=member_of))
        if isinstance(placed, Rejected):
            raise order_rejected(placed)
        (fields,) = await _shown(context, placed.order)
        return as_json(fields, 201 if placed.is_new else 200)

    @blueprint.get("/api/orders")
    async def orders() -> Response:
        login = await require_login(context)
        if (start := read_start(request.args.get("page", "") or "1", PAGE_KEY)) is None:
            raise malformed(f"page: “next” of another page, or 1 to {HIGHEST_PAGE}, is allowed")
        found = await context.database.read(list_orders, login.account, start)
        listed = await _shown(context, *found.orders)
        return as_json({"orders": listed, "next": next_text(found.next_page)})

    @blueprint.get("/api/orders/<number>")
    async def order(number: str) -> Response:
        (fields,) = await _shown(context, await own_order(context, number))
        return as_json(fields)

    @blueprint.post("/api/orders/<number>/cancel")
    async def cancel(number: str) -> Response:
        order = await context.checkout.cancel_while_placed(await own_order(context, number))
        (fields,) = await _shown(context, order)
        return as_json(fields)

    return blueprint


async def _shown(context: HttpContext, *orders: Order) -> list[Fields]:
    """Return the fields of *orders* in the reader's language, with their payments."""
    by_card = [order.number for order in orders if order.pay is Pay.CARD]
    payments = await context.database.read(find_payments, by_card) if by_card else {}
    catalog, language = context.catalog.today, current_language()
    return [
        order_fields(in_language(order, catalog, language), payments.get(order.number))
        for order in orders
    ]


def _read(fields: Fields, country: str) -> CheckoutRequest:
    try:
        return CheckoutRequest(
            OrderKey(text(fields, "key", LONGEST_KEY, 1)),
            text(fields, "at"),
            Money(whole(fields, "total", 0)),
            _deliver(fields, country),
            _pay(fields),
            current_language(),
        )
    except BadValue as fault:
        raise malformed(fault) from fault


def _deliver(fields: Fields, country: str) -> Address:
    if not isinstance(deliver := fields.get("deliver"), dict):
        raise BadValue("deliver: an object is needed")
    return read_address(deliver, country)


def _pay(fields: Fields) -> Pay:
    if (pay := text(fields, "pay")) not in set(Pay):
        raise BadValue(f"pay: one of these is needed: {', '.join(Pay)}")
    return Pay(pay)
