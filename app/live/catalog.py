"""Today's prices and stock, and which products have moved."""

import asyncio

from app.domain.catalog import Catalog, Sku, public_stock
from app.protocol.messages import Item


class LiveCatalog:
    """The shelf as everybody in this process sees it; `today` is replaced, never changed.

    `refresh_requested` is set when something was moved on disk, so that it is looked at at once.
    """

    def __init__(self) -> None:
        self.refresh_requested = asyncio.Event()
        self.today = Catalog({}, {})
        self.revision = -1

    def update(self, revision: int, changed: Catalog) -> frozenset[Sku]:
        """Take what changed up to count *revision*; return which products that concerns."""
        self.today = Catalog({**self.today.products, **changed.products}, changed.vouchers)
        self.revision = revision
        return frozenset(changed.products)

    def items(self, skus: frozenset[Sku]) -> tuple[Item, ...]:
        """Return price and stock of those of *skus* that the shop knows, in order of their SKUs."""
        known = self.today.products
        return tuple(
            Item(sku, known[sku].price, public_stock(known[sku].available))
            for sku in sorted(skus)
            if sku in known
        )
