"""Customers who order over HTTP."""

from typing import Any
from uuid import uuid4

from quart import Response

from tests.http.harness import HttpHarness
from tests.http.visitor import Visitor

APPLES, MILK = "gala-apples-1kg", "milk-2l"
HOME = {"name": "Ada", "line1": "1 Mill Lane", "line2": "", "city": "Bath", "postcode": "BA1 1AA"}


async def stocked_cart(
    harness: HttpHarness, note: str = "", code: str = "", email: str = "ada@shop.example"
) -> Visitor:
    """Return a visitor with two bottles of milk in the cart."""
    visitor = await harness.ada(email=email)
    await visitor.form("/cart/add", sku=MILK, qty="2")
    if note:
        await visitor.form("/cart/note", text=note)
    if code:
        await visitor.form("/cart/voucher", code=code)
    return visitor


async def wanted(visitor: Visitor, **changes: Any) -> dict[str, Any]:
    """Return the JSON that orders the cart as it is, but for *changes*."""
    cart = await visitor.cart()
    usual = {
        "key": str(uuid4()),
        "at": cart["at"],
        "total": cart["cart"]["totals"]["total"],
        "deliver": HOME,
        "pay": "on_delivery",
    }
    return usual | changes


async def order(visitor: Visitor, body: object) -> Response:
    """Place an order."""
    return await visitor.send("/api/orders", body)
