"""The HTTP interface, described for machines: OpenAPI 3.1 (protocol.md §7)."""

from typing import Any

from app.domain.accounts import LONGEST_EMAIL, LONGEST_NAME
from app.domain.limits import MOST_PENDING
from app.domain.ops import Kind
from app.domain.orders import LONGEST_KEY, Pay
from app.domain.totals import LineState
from app.http.catalog.search import HIGHEST_PAGE, LONGEST_QUERY
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
from app.services.passwords import LONGEST, SHORTEST

JSON = "application/json"
PROBLEM = "application/problem+json"
FAULTS: dict[int, tuple[str, ...]] = {
    400: ("malformed", "weak_password"),
    401: ("login_required", "wrong_login"),
    403: ("foreign_origin",),
    404: ("not_found",),
    405: ("method_not_allowed",),
    408: ("too_slow",),
    409: (
        *("email_taken", "key_reused", "not_placed", "op_changed"),
        *("stale", "empty", "price_rise", "short", "sold_out", "gone"),
    ),
    413: ("too_large",),
    415: ("not_json",),
    421: ("unknown_host",),
    429: ("throttled",),
    500: ("failed",),
    503: ("busy",),
}
"""The codes of problems, by HTTP status."""
ANYWHERE = (421, 500, 503)
WITH_BODY = (400, 403, 408, 413, 415)

_LISTED = {
    "sku": SKU,
    "name": TEXT,
    "unit": TEXT,
    "slug": TEXT,
    "image": TEXT,
    "category": TEXT,
    "price": MONEY,
    "stock": STOCK,
    "state": one_of((LineState.OK, LineState.SOLD_OUT, LineState.GONE)),
}
_ORDER_LINE = {"sku": SKU, "name": TEXT, "unit": TEXT, "qty": integer(1), "price": MONEY}
_ORDER = {
    "number": TEXT,
    "state": ref("OrderState"),
    "placed_at": {"type": "string", "format": "date-time"},
    "lines": array(record(_ORDER_LINE)),
    "totals": ref("Totals"),
    "deliver": ref("Address"),
    "note": TEXT,
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
_NEXT = or_null(integer(2))
_EMAIL = string(3, LONGEST_EMAIL, r"^[^@\s]+@[^@\s]+$")
_PASSWORD = string(SHORTEST, LONGEST)
_ANSWER_TO_OP = {"anyOf": [ref("Ok"), ref("No"), ref("Need")]}
HTTP_SCHEMAS: dict[str, Schema] = {
    "Problem": record(_PROBLEM, ("at", "total")),
    "Login": record({"account": TEXT, "name": TEXT, "session_left_ms": integer(0)}),
    "CartNow": record({"at": TEXT, "rev": integer(0), "cart": ref("Cart")}),
    "Verdicts": record({"verdicts": array(_ANSWER_TO_OP), "at": TEXT, "rev": integer(0)}),
    "Product": record(_LISTED),
    "Products": record({"products": array(ref("Product")), "next": _NEXT}),
    "Order": record(_ORDER),
    "Orders": record({"orders": array(ref("Order")), "next": _NEXT}),
    "Newcomer": open_record(
        {"email": _EMAIL, "password": _PASSWORD, "name": string(1, LONGEST_NAME)}
    ),
    "Credentials": open_record({"email": TEXT, "password": TEXT}),
    "Op": {"anyOf": [op(kind) for kind in Kind]},
    "Ops": open_record({"outbox": UUID, "ops": array(ref("Op"), MOST_PENDING)}),
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
_PAGE_NUMBER = {"anyOf": [integer(1, HIGHEST_PAGE), {"const": ""}]}
_PAGE = {"name": "page", "in": "query", "schema": _PAGE_NUMBER}
_Q = {"name": "q", "in": "query", "schema": string(0, LONGEST_QUERY)}
_CATEGORY = {"name": "category", "in": "query", "schema": TEXT}


def describe_http() -> dict[str, Any]:
    """Return the OpenAPI document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "The shop over HTTP", "version": "1", "description": __doc__},
        "paths": {**_shop_paths(), **_order_paths()},
        "components": {
            "schemas": {**SCHEMAS, **HTTP_SCHEMAS},
            "securitySchemes": {"login": {"type": "apiKey", "in": "cookie", "name": "shop"}},
        },
    }


def _shop_paths() -> dict[str, Any]:
    """Return the operations on accounts, sessions, carts and products."""
    return {
        "/api/accounts": {
            "post": _operation("register", {201: "Login"}, 400, 409, 429, body="Newcomer")
        },
        "/api/session": {
            "post": _operation("login", {200: "Login"}, 401, 429, body="Credentials"),
            "delete": _operation("logout", {204: None}, 403, login=True),
        },
        "/api/cart": {"get": _operation("cart", {200: "CartNow"}, login=True)},
        "/api/cart/ops": {
            "post": _operation("ops", {200: "Verdicts"}, 409, login=True, body="Ops")
        },
        "/api/products": {
            "get": _operation("products", {200: "Products"}, 400, given=(_Q, _CATEGORY, _PAGE))
        },
        "/api/products/{sku}": {
            "get": _operation("product", {200: "Product"}, 404, given=_path("sku"))
        },
    }


def _order_paths() -> dict[str, Any]:
    """Return the operations on orders."""
    return {
        "/api/orders": {
            "get": _operation("orders", {200: "Orders"}, 400, login=True, given=(_PAGE,)),
            "post": _operation(
                "place", {200: "Order", 201: "Order"}, 409, login=True, body="Checkout"
            ),
        },
        "/api/orders/{number}": {
            "get": _operation("order", {200: "Order"}, 404, login=True, given=_path("number"))
        },
        "/api/orders/{number}/cancel": {
            "post": _operation(
                "cancel", {200: "Order"}, 403, 404, 409, login=True, given=_path("number")
            )
        },
    }


def _operation(
    name: str,
    answers: dict[int, str | None],
    *faults: int,
    login: bool = False,
    body: str | None = None,
    given: tuple[Schema, ...] = (),
) -> dict[str, Any]:
    """Return an operation: its responses and problems by status, its parameters and body."""
    refused = {*faults, *ANYWHERE, *(WITH_BODY if body else ()), *((401,) if login else ())}
    responses = {str(status): _answer(status, schema) for status, schema in answers.items()}
    responses |= {str(status): _refusal(status) for status in sorted(refused)}
    return {
        "operationId": name,
        "responses": responses,
        **({"security": [{"login": []}]} if login else {}),
        **({"requestBody": {"required": True, "content": _content(JSON, body)}} if body else {}),
        **({"parameters": list(given)} if given else {}),
    }


def _answer(status: int, schema: str | None) -> Schema:
    response = {"description": "Done." if status < 300 else "Refused."}  # noqa: PLR2004
    return {**response, "content": _content(JSON, schema)} if schema else response


def _refusal(status: int) -> Schema:
    codes = ", ".join(FAULTS[status])
    return {"description": f"Refused: {codes}.", "content": _content(PROBLEM, "Problem")}


def _content(kind: str, schema: str) -> Schema:
    return {kind: {"schema": ref(schema)}}


def _path(name: str) -> tuple[Schema, ...]:
    return ({"name": name, "in": "path", "required": True, "schema": TEXT},)
