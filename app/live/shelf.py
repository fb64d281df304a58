"""Today's prices and stock, and which products have moved."""

import asyncio

from app.domain.shelf import Shelf, Sku, told_stock
from app.protocol.messages import Item


class LiveShelf:
    """The shelf as everybody in this process sees it; `today` is replaced, never changed.

    `stirred` is set when something was moved on disk, so that it is looked at at once.
    """

    def __init__(self) -> None:
        self.stirred = asyncio.Event()
        self.today = Shelf({}, {})
        self.moved = -1

    def update(self, moved: int, changed: Shelf) -> frozenset[Sku]:
        """Take what changed up to count *moved*; return which products that concerns."""
        self.today = Shelf({**self.today.products, **changed.products}, changed.vouchers)
        self.moved = moved
        return frozenset(changed.products)

    def items(self, skus: frozenset[Sku]) -> tuple[Item, ...]:
        """Return price and stock of those of *skus* that the shop knows, in order of their SKUs."""
        known = self.today.products
        return tuple(
            Item(sku, known[sku].price, told_stock(known[sku].available))
            for sku in sorted(skus)
            if sku in known
        )
