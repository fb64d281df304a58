"""Put the products of an earlier order into the cart again, by ops of the cart."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from app.domain.cart import AccountId
from app.domain.catalog import Catalog, Money
from app.domain.ops import Kind
from app.domain.orders import Order, OrderLine
from app.domain.outbox import OutboxId
from app.domain.verdicts import Ok
from app.live.hub import Hub
from app.protocol.decode import SubmitOp, decode_op
from app.services.submit import submit_ops


class PriceChange(NamedTuple):
    """A line of the order whose product has another price now."""

    line: OrderLine
    price: Money


class Reordered(NamedTuple):
    """Which lines are in the cart now, which are not, and which of those added cost differently."""

    added: tuple[OrderLine, ...]
    skipped: tuple[OrderLine, ...]
    price_changes: tuple[PriceChange, ...]


async def reorder(
    hub: Hub, catalog: Catalog, account: AccountId, outbox: OutboxId, order: Order
) -> Reordered:
    """Add the lines of *order* that are in stock to the cart; may raise DatabaseUnavailable.

    *outbox* makes it idempotent: the same one again adds nothing.
    """
    in_stock = [line for line in order.lines if catalog.products[line.sku].available > 0]
    async with hub.borrow(account, outbox) as cart:
        results = await submit_ops(cart, outbox, _ops(in_stock, catalog))
    # An op that is to be sent again ends the results early: what follows it is skipped.
    pairs = zip(in_stock, results, strict=False)
    added = tuple(line for line, result in pairs if isinstance(result, Ok))
    skipped = tuple(line for line in order.lines if line not in added)
    return Reordered(added, skipped, tuple(_price_changes(added, catalog)))


def _ops(lines: Iterable[OrderLine], catalog: Catalog) -> Iterator[SubmitOp]:
    for n, line in enumerate(lines, 1):
        seen = catalog.products[line.sku].price
        yield decode_op(
            {"n": n, "k": Kind.ADD_LINE, "sku": line.sku, "qty": line.qty, "seen": seen}
        )


def _price_changes(added: Iterable[OrderLine], catalog: Catalog) -> Iterator[PriceChange]:
    for line in added:
        if (price := catalog.products[line.sku].price) != line.price:
            yield PriceChange(line, price)
