"""The HTTP interface, described for machines: OpenAPI 3.1 (protocol.md §7)."""

from typing import Any

from app.domain.accounts import LONGEST_NAME
from app.domain.emails import LONGEST_EMAIL
from app.domain.limits import MOST_PENDING
from app.domain.ops import Kind
from app.domain.orders import LONGEST_KEY, Pay
from app.domain.paging import HIGHEST_PAGE
from app.domain.payments import PaymentState
from app.domain.taxes import HIGHEST_RATE
from app.domain.totals import LineState
from app.http.docs.openapi_helps import HELP_SCHEMAS, help_paths
from app.http.docs.openapi_households import CART, HOUSEHOLD_SCHEMAS, household_paths
from app.http.docs.openapi_parts import FAULTS, in_path, operation
from app.http.docs.openapi_waitlists import WAITLIST_SCHEMAS, waitlist_paths
from app.protocol.asyncapi_streams import SENT_TO_STREAMS
from app.protocol.json_schema import (
    MONEY,
    SKU,
    STOCK,
    TEXT,
    UUID,
    Schema,
    array,
    integer,
    one_of,
    open_record,
    or_null,
    record,
    ref,
    string,
)
from app.protocol.schemas import SCHEMAS, op
from app.services.password_rules import LONGEST, SHORTEST
from app.services.searches import LONGEST_QUERY

_LISTED = {
    "sku": SKU,
    "name": TEXT,
    "unit": TEXT,
    "slug": TEXT,
    "image": TEXT,
    "category": TEXT,
    "price": MONEY,
    "stock": STOCK,
    "held": integer(0),
    "deal": TEXT,
    "state": one_of((LineState.OK, LineState.SOLD_OUT, LineState.GONE)),
}
_TAX_RATE = integer(0, HIGHEST_RATE)
_ORDER_LINE = {
    "sku": SKU,
    "name": TEXT,
    "unit": TEXT,
    "qty": integer(1),
    "price": MONEY,
    "tax_rate": or_null(_TAX_RATE),
    "off": integer(1),
    "deal": TEXT,
}
_ORDER = {
    "number": TEXT,
    "state": ref("OrderState"),
    "placed_at": {"type": "string", "format": "date-time"},
    "lines": array(record(_ORDER_LINE, ("off", "deal"))),
    "totals": ref("Totals"),
    "taxes": array(record({"rate": _TAX_RATE, "net": MONEY, "tax": MONEY})),
    "deliver": ref("Address"),
    "note": TEXT,
    "pay": one_of(Pay),
    "payment": or_null(ref("OrderPayment")),
}
_TIME: Schema = {"type": "string", "format": "date-time"}
_ORDER_PAYMENT = {
    "state": one_of(PaymentState),
    "url": or_null(TEXT),
    "expires_at": or_null(_TIME),
    "authorised": MONEY,
    "captured": MONEY,
    "refunded": MONEY,
}
_PROBLEM = {
    "type": TEXT,
    "title": TEXT,
    "status": integer(400, 599),
    "code": one_of(code for codes in FAULTS.values() for code in codes),
    "detail": TEXT,
    "at": TEXT,
    "total": MONEY,
}
_AFTER = string(7, 100, r"^after(\.[a-z0-9][a-z0-9-]*)+$")
_NEXT = or_null(_AFTER)
_EMAIL = string(3, LONGEST_EMAIL, r"^[^@\s]+@[^@\s]+$")
_PASSWORD = string(SHORTEST, LONGEST)
_ANSWER_TO_OP = {"anyOf": [ref("Ok"), ref("No"), ref("Need")]}
HTTP_SCHEMAS: dict[str, Schema] = {
    "Problem": record(_PROBLEM, ("at", "total")),
    "Login": record({"account": TEXT, "name": TEXT, "session_left_ms": integer(0)}),
    "CartNow": record({"account": TEXT, "at": TEXT, "rev": integer(0), "cart": ref("Cart")}),
    "Verdicts": record({"verdicts": array(_ANSWER_TO_OP), "at": TEXT, "rev": integer(0)}),
    "Product": record(_LISTED, ("deal",)),
    "Products": record({"products": array(ref("Product")), "next": _NEXT, "meant": or_null(TEXT)}),
    "Order": record(_ORDER),
    "OrderPayment": record(_ORDER_PAYMENT),
    "Orders": record({"orders": array(ref("Order")), "next": _NEXT}),
    "Newcomer": open_record(
        {"email": _EMAIL, "password": _PASSWORD, "name": string(1, LONGEST_NAME)}
    ),
    "Credentials": open_record({"email": TEXT, "password": TEXT}),
    "Op": {"anyOf": [op(kind) for kind in Kind]},
    "Ops": open_record(
        {"account": TEXT, "outbox": UUID, "ops": array(ref("Op"), MOST_PENDING)}, ("account",)
    ),
    "Frames": SENT_TO_STREAMS,
    "Checkout": open_record(
        {
            "key": string(1, LONGEST_KEY),
            "at": TEXT,
            "total": MONEY,
            "deliver": ref("Address"),
            "pay": one_of(Pay),
        }
    ),
}
_PAGE_NUMBER = {"anyOf": [integer(1, HIGHEST_PAGE), _AFTER, {"const": ""}]}
_PAGE = {"name": "page", "in": "query", "schema": _PAGE_NUMBER}
_Q = {"name": "q", "in": "query", "schema": string(0, LONGEST_QUERY)}
_CATEGORY = {"name": "category", "in": "query", "schema": TEXT}


def describe_http() -> dict[str, Any]:
    """Return the OpenAPI document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "The shop over HTTP", "version": "1", "description": __doc__},
        "paths": {
            **_shop_paths(),
            **_order_paths(),
            **household_paths(),
            **waitlist_paths(),
            **help_paths(),
        },
        "components": {
            "schemas": {
                **SCHEMAS,
                **HTTP_SCHEMAS,
                **HOUSEHOLD_SCHEMAS,
                **WAITLIST_SCHEMAS,
                **HELP_SCHEMAS,
            },
            "securitySchemes": {"login": {"type": "apiKey", "in": "cookie", "name": "shop"}},
        },
    }


def _shop_paths() -> dict[str, Any]:
    """Return the operations on accounts, sessions, carts and products."""
    return {
        "/api/accounts": {
            "post": operation("register", {201: "Login"}, 400, 409, 429, body="Newcomer")
        },
        "/api/session": {
            "post": operation("login", {200: "Login"}, 401, 429, body="Credentials"),
            "delete": operation("logout", {204: None}, 403, login=True),
        },
        "/api/cart": {"get": operation("cart", {200: "CartNow"}, 404, login=True, given=(CART,))},
        "/api/cart/ops": {
            "post": operation(
                "ops", {200: "Verdicts"}, 404, 409, login=True, body="Ops", given=(CART,)
            )
        },
        "/api/cart/frames": {
            "post": operation("frames", {204: None}, 404, 429, login=True, body="Frames")
        },
        "/api/products": {
            "get": operation("products", {200: "Products"}, 400, given=(_Q, _CATEGORY, _PAGE))
        },
        "/api/products/{sku}": {
            "get": operation("product", {200: "Product"}, 404, given=in_path("sku"))
        },
    }


def _order_paths() -> dict[str, Any]:
    """Return the operations on orders."""
    return {
        "/api/orders": {
            "get": operation("orders", {200: "Orders"}, 400, login=True, given=(_PAGE,)),
            "post": operation(
                "place",
                {200: "Order", 201: "Order"},
                404,
                409,
                429,
                login=True,
                body="Checkout",
                given=(CART,),
            ),
        },
        "/api/orders/{number}": {
            "get": operation("order", {200: "Order"}, 404, login=True, given=in_path("number"))
        },
        "/api/orders/{number}/cancel": {
            "post": operation(
                "cancel", {200: "Order"}, 403, 404, 409, login=True, given=in_path("number")
            )
        },
    }
