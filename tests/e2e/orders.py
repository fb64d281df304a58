"""Somebody who orders, and what is on the shelf afterwards."""

from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, text

from app.store.database import run_query
from app.store.engines import connect
from tests.e2e.server import Server
from tests.e2e.wire import Answer, Shopper

HOME = {"name": "Ada", "line1": "1 Mill Lane", "line2": "", "city": "Bath", "postcode": "BA1 1AA"}


def new_key() -> str:
    """Return a key that was never used."""
    return str(uuid4())


async def fill(shopper: Shopper, **ops: Any) -> None:
    """Put things into a cart over HTTP: SKU and quantity; *voucher* is one."""
    asked: list[dict[str, Any]] = []
    if voucher := ops.pop("voucher", None):
        asked.append({"n": 1, "k": "voucher.set", "code": voucher})
    for sku, qty in ops.items():
        name = sku.replace("_", "-")
        asked.append({"n": len(asked) + 1, "k": "line.add", "sku": name, "qty": qty})
    answer = await shopper.ops(str(uuid4()), *asked)
    assert [verdict["t"] for verdict in answer.json["verdicts"]] == ["ok"] * len(asked), answer


async def wanted(shopper: Shopper, **changes: Any) -> dict[str, Any]:
    """Return what to send to order the cart as it is."""
    cart = await shopper.cart()
    total = cart["cart"]["totals"]["total"]
    usual = {
        "key": new_key(),
        "at": cart["at"],
        "total": total,
        "deliver": HOME,
        "pay": "on_delivery",
    }
    return usual | changes


async def order(shopper: Shopper, body: dict[str, Any]) -> Answer:
    """Place an order."""
    return await shopper.send("POST", "/api/orders", body)


def on_disk(shop: Server, question: str, **values: object) -> Any:
    """Return the one value that the database answers to *question*."""

    def scalar(connection: Connection) -> Any:
        return connection.execute(text(question), values).scalar()

    engine = connect(shop.database)
    try:
        return run_query(engine, scalar)
    finally:
        engine.dispose()


def stock_of(shop: Server, sku: str) -> int:
    """Return how many of a product there are."""
    stock: int = on_disk(shop, "SELECT stock FROM products WHERE sku = :sku", sku=sku)
    return stock
