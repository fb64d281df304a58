"""Put the products of an earlier order into the cart again, by ops of the cart."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import NamedTuple

from app.domain.accounts import AccountId
from app.domain.catalog import Catalog, Money
from app.domain.ops import Kind
from app.domain.orders import Order, OrderLine
from app.domain.outbox import OutboxId, sender_of
from app.domain.verdicts import Code, No, Ok
from app.live.hub import Hub
from app.protocol.decode import SubmitOp, decode_op
from app.services.submit import OpResult, submit_ops


class PriceChange(NamedTuple):
    """A line of the order whose product has another price now."""

    line: OrderLine
    price: Money


class ShortLine(NamedTuple):
    """A line of which the cart got fewer than were ordered, because there are no more."""

    line: OrderLine
    got: int


class SkippedLine(NamedTuple):
    """A line that was not added; without a reason it was not tried, or is to be tried again."""

    line: OrderLine
    why: Code | None


class Reordered(NamedTuple):
    """Which lines were added, in full or in part, which were not, and which cost differently.

    `added` has those in `short` too.
    """

    added: tuple[OrderLine, ...]
    short: tuple[ShortLine, ...]
    skipped: tuple[SkippedLine, ...]
    price_changes: tuple[PriceChange, ...]


async def reorder(
    hub: Hub, catalog: Catalog, account: AccountId, outbox: OutboxId, order: Order
) -> Reordered:
    """Add the lines of *order* to the cart; may raise DatabaseUnavailable.

    *outbox* makes it idempotent: the same one again adds nothing. It says who does it, too.
    """
    async with hub.borrow(account, outbox) as cart:
        results = await submit_ops(cart, outbox, _ops(order.lines, catalog), sender_of(outbox))
    # An op that is to be sent again ends the results early: what follows it is skipped.
    pairs = list(zip_longest(order.lines, results))
    added = tuple(line for line, result in pairs if isinstance(result, Ok))
    return Reordered(
        added,
        tuple(_short(pairs)),
        tuple(_skipped(pairs)),
        tuple(_price_changes(added, catalog)),
    )


def _short(pairs: Iterable[tuple[OrderLine, OpResult | None]]) -> Iterator[ShortLine]:
    for line, result in pairs:
        if isinstance(result, Ok) and result.warn:
            yield ShortLine(line, result.warn.got)


def _skipped(pairs: Iterable[tuple[OrderLine, OpResult | None]]) -> Iterator[SkippedLine]:
    for line, result in pairs:
        if not isinstance(result, Ok):
            yield SkippedLine(line, result.code if isinstance(result, No) else None)


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
