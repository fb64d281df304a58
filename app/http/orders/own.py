"""An order by its number, for whoever placed it."""

from app.domain.orders import Order
from app.http.core.context import HttpContext
from app.http.core.problems import not_found
from app.http.core.session import require_login
from app.store.orders import find_order


async def own_order(context: HttpContext, number: str) -> Order:
    """Return the order, or refuse: somebody else's is as little there as one that never was."""
    login = await require_login(context)
    if (order := await context.database.read(find_order, login.account, number)) is None:
        raise not_found()
    return order
