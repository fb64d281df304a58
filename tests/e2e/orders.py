"""Placing orders over HTTP, and reading stock and rows from the database."""

from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, text

from app.store.engines import connect
from app.store.queries import run_query
from tests.e2e.raw_client import Answer, Shopper
from tests.e2e.server import Server

HOME = {"name": "Ada", "line1": "1 Mill Lane", "line2": "", "city": "Bath", "postcode": "BA1 1AA"}


def new_key() -> str:
    """Return a fresh idempotency key."""
    return str(uuid4())


async def fill_cart(shopper: Shopper, **ops: Any) -> None:
    """Put products into a cart over HTTP: quantities by SKU (`_` for `-`), *voucher* is a code."""
    body: list[dict[str, Any]] = []
    if voucher := ops.pop("voucher", None):
        body.append({"n": 1, "k": "voucher.set", "code": voucher})
    for sku, qty in ops.items():
        name = sku.replace("_", "-")
        body.append({"n": len(body) + 1, "k": "line.add", "sku": name, "qty": qty})
    answer = await shopper.ops(str(uuid4()), *body)
    assert [verdict["t"] for verdict in answer.json["verdicts"]] == ["ok"] * len(body), answer


async def order_body(shopper: Shopper, **changes: Any) -> dict[str, Any]:
    """Return the body of `POST /api/orders` for the cart as it is, with *changes*."""
    return order_of(await shopper.cart(), **changes)


def order_of(cart: Any, **changes: Any) -> dict[str, Any]:
    """Return the body of `POST /api/orders` for the body of `GET /api/cart`, with *changes*."""
    total = cart["cart"]["totals"]["total"]
    body = {
        "key": new_key(),
        "at": cart["at"],
        "total": total,
        "deliver": HOME,
        "pay": "on_delivery",
    }
    return body | changes


async def place_order(shopper: Shopper, body: dict[str, Any]) -> Answer:
    """Place an order."""
    return await shopper.send("POST", "/api/orders", body)


def query_database(shop: Server, query: str, **values: object) -> Any:
    """Return the single value that the SQL *query* selects from the shop's database."""

    def scalar(connection: Connection) -> Any:
        return connection.execute(text(query), values).scalar()

    engine = connect(shop.database)
    try:
        return run_query(engine, scalar)
    finally:
        engine.dispose()


def stock_of(shop: Server, sku: str) -> int:
    """Return the stock of a product."""
    stock: int = query_database(shop, "SELECT stock FROM products WHERE sku = :sku", sku=sku)
    return stock
