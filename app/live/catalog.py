"""Today's prices and stock, in memory."""

import asyncio

from msgspec import UNSET

from app.domain.catalog import Catalog, Sku, Terms, public_stock
from app.domain.product_index import ProductIndex
from app.domain.promotions import deal_text, next_turn_s, running_at
from app.protocol.messages import Item


class LiveCatalog:
    """The catalogue as of its newest revision; `today` is replaced, never changed. *terms* stay.

    `index` finds the products of today. `refresh_requested` is set to have it read from the
    database at once.
    """

    def __init__(self, terms: Terms) -> None:
        self.refresh_requested = asyncio.Event()
        self.today = Catalog({}, {}, terms)
        self.index = ProductIndex()
        self.revision = -1
        self.edition = 0
        """Counts how often `today` was replaced, also without a new revision."""
        self.next_turn_s = float("inf")
        """When the next promotion begins or ends."""
        self._waited_for = frozenset[Sku]()

    @property
    def has_waitlists(self) -> bool:
        """Whether anybody waits for a product."""
        return bool(self._waited_for)

    def update(self, revision: int, changed: Catalog) -> frozenset[Sku]:
        """Take what changed up to *revision*; return the products that changed."""
        products = {**self.today.products, **changed.products}
        today = self.today._replace(
            products=products, vouchers=changed.vouchers, planned=changed.planned
        )
        if today.holders or changed.holders:
            kept = {sku: of for sku, of in today.holders.items() if sku not in changed.products}
            today = today._replace(holders={**kept, **changed.holders})
        if today.offers or changed.offers:
            open_ = {sku: of for sku, of in today.offers.items() if sku not in changed.products}
            today = today._replace(offers={**open_, **changed.offers})
        self.today = today
        self.revision = revision
        self.edition += 1
        waited_for = {sku for sku, product in changed.products.items() if product.waiting}
        self._waited_for = self._waited_for - changed.products.keys() | waited_for
        self.index.update(self.today.products, changed.products)
        return frozenset(changed.products)

    def follow_promotions(self, now_s: float) -> frozenset[Sku]:
        """Take which promotions go on at *now_s*; return the products that others apply to."""
        before, planned = self.today.promotions, self.today.planned
        self.next_turn_s = next_turn_s(planned, now_s)
        if not before and not planned:
            return frozenset()
        running = running_at(planned, now_s)
        self.today = self.today._replace(promotions=running)
        self.edition += 1
        both = before.keys() | running.keys()
        return frozenset(sku for sku in both if before.get(sku) != running.get(sku))

    def items(self, skus: frozenset[Sku]) -> tuple[Item, ...]:
        """Return price and stock of *skus*, in order; unknown ones are left out."""
        known = self.today.products
        return tuple(
            Item(
                sku,
                known[sku].price,
                public_stock(known[sku].available),
                known[sku].on_hold or UNSET,
                deal_text(sku, self.today) or UNSET,
            )
            for sku in sorted(skus)
            if sku in known
        )
