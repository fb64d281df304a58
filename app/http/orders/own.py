"""Finds an order of the signed-in customer."""

from app.domain.orders import Order
from app.http.core.context import HttpContext
from app.http.core.problems import not_found
from app.http.core.session import require_login
from app.store.orders import find_order


async def own_order(context: HttpContext, number: str) -> Order:
    """Return the order. Raises Problem 404 also if it is another customer's."""
    login = await require_login(context)
    if (order := await context.database.read(find_order, login.account, number)) is None:
        raise not_found()
    return order
