"""Today's prices and stock, in memory."""

import asyncio

from app.domain.catalog import Catalog, Sku, public_stock
from app.protocol.messages import Item


class LiveCatalog:
    """The catalogue as of its newest revision; `today` is replaced, never changed.

    `refresh_requested` is set to have it read from the database at once.
    """

    def __init__(self) -> None:
        self.refresh_requested = asyncio.Event()
        self.today = Catalog({}, {})
        self.revision = -1

    def update(self, revision: int, changed: Catalog) -> frozenset[Sku]:
        """Take what changed up to *revision*; return the products that changed."""
        self.today = Catalog({**self.today.products, **changed.products}, changed.vouchers)
        self.revision = revision
        return frozenset(changed.products)

    def items(self, skus: frozenset[Sku]) -> tuple[Item, ...]:
        """Return price and stock of *skus*, in order; unknown ones are left out."""
        known = self.today.products
        return tuple(
            Item(sku, known[sku].price, public_stock(known[sku].available))
            for sku in sorted(skus)
            if sku in known
        )
