"""Buying again what is on an order: what can be had goes into the cart by the cart's own ops."""

from collections.abc import Iterable, Iterator

from app.domain.catalog import Catalog
from app.domain.money import pounds
from app.domain.ops import Kind
from app.domain.orders import Order, OrderLine
from app.domain.outbox import OutboxId
from app.domain.sessions import Session
from app.domain.verdicts import Ok
from app.http.core.context import HttpContext
from app.http.core.flash import Notice
from app.protocol.decode import SubmitOp, decode_op
from app.services.submit import Told, ask

MOST_NAMED = 6


async def buy_again(
    context: HttpContext, login: Session, outbox: OutboxId, order: Order
) -> list[Notice]:
    """Add what is on *order* and can be had today; return what is to be said of it."""
    catalog = context.catalog.today
    sold = [line for line in order.lines if catalog.products[line.sku].available > 0]
    async with context.hub.borrow(login.account, outbox) as cart:
        told = await ask(cart, outbox, _asked(sold, catalog))
    return list(_notices(order, sold, told, catalog))


def _asked(lines: Iterable[OrderLine], catalog: Catalog) -> Iterator[SubmitOp]:
    for n, line in enumerate(lines, 1):
        seen = catalog.products[line.sku].price
        wish = {"n": n, "k": Kind.ADD_LINE, "sku": line.sku, "qty": line.qty, "seen": seen}
        yield decode_op(wish)


def _notices(
    order: Order, sold: list[OrderLine], told: list[Told], catalog: Catalog
) -> Iterator[Notice]:
    added = [line for line, one in zip(sold, told, strict=False) if isinstance(one, Ok)]
    if added:
        yield Notice("ok", f"Added {_names(added)} to your cart.")
    if skipped := [line for line in order.lines if line not in added]:
        yield Notice("warn", f"Skipped, because there are none to be had: {_names(skipped)}.")
    if moved := [line for line in added if catalog.products[line.sku].price != line.price]:
        prices = ", ".join(
            f"{line.name} was {pounds(line.price)}, now {pounds(catalog.products[line.sku].price)}"
            for line in moved[:MOST_NAMED]
        )
        yield Notice("warn", f"Prices have changed: {prices}{_and_more(moved)}.")


def _names(lines: list[OrderLine]) -> str:
    return ", ".join(line.name for line in lines[:MOST_NAMED]) + _and_more(lines)


def _and_more(lines: list[OrderLine]) -> str:
    return f" and {len(lines) - MOST_NAMED} more" if len(lines) > MOST_NAMED else ""
