"""Lists of products in an order, and pages of them."""

import asyncio
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from app.domain.catalog import Product
from app.domain.paging import After, Start
from app.domain.product_index import ProductIndex
from app.domain.word_index import Place

PAGE_SIZE = 24
PAGE_KEY = (int, str)
"""The types of what a page begins after: a number, and the SKU of the last product shown.

The number is the price of that one where prices are the order, or else how many were shown.
"""
MOST_KEPT = 64
READ_AT_ONCE = 1000
"""So many products take about a millisecond; between slices, others have their turn."""


class Found(NamedTuple):
    """One page of results, how many there are in all, and where the next page begins, if any."""

    products: Sequence[Product]
    total: int
    after: After | None


class Listing(NamedTuple):
    """Products in an order; `shown` are the positions there of those that are listed.

    `by_price` is 1 if the cheapest come first, -1 if the dearest do, and 0 in another order.
    """

    places: Sequence[Place]
    shown: Sequence[int]
    by_price: int = 0

    def all(self, index: ProductIndex) -> Iterator[Product]:
        """Yield all that are listed."""
        return (index.product(self.places[position]) for position in self.shown)

    async def one_of_each(self, index: ProductIndex) -> "Listing":
        """Return this with only the first of the sizes of each product."""
        known, first = set[str](), list[int]()
        for count, position in enumerate(self.shown, start=1):
            slug = index.product(self.places[position]).slug
            if slug not in known:
                known.add(slug)
                first.append(position)
            if count % READ_AT_ONCE == 0:
                await asyncio.sleep(0)
        return self._replace(shown=first)

    def page(self, index: ProductIndex, start: Start) -> Found:
        """Return a page of those that are listed."""
        first = self._first(index, start)
        positions = self.shown[first : first + PAGE_SIZE]
        products = [index.product(self.places[position]) for position in positions]
        end = first + len(products)
        if not products or end == len(self.shown):
            return Found(products, len(self.shown), None)
        number = products[-1].price if self.by_price else end
        return Found(products, len(self.shown), After((number, products[-1].sku)))

    def _first(self, index: ProductIndex, start: Start) -> int:
        """Return where a page begins: after the last product shown, also if that is withdrawn.

        Where prices are the order, it is after the price at which that product was shown.
        """
        if isinstance(start, int):
            return (start - 1) * PAGE_SIZE
        number, last = int(start.key[0]), index.place(str(start.key[1]))
        if self.by_price and last is not None:
            return self._after_price(index, number, last)
        try:
            return bisect_right(self.shown, self.places.index(last))
        except ValueError:
            return max(number - 1, 0)

    def _after_price(self, index: ProductIndex, price: int, last: Place) -> int:
        def key(position: int) -> tuple[int, Place]:
            place = self.places[position]
            return self.by_price * index.product(place).price, place

        return bisect_right(self.shown, (self.by_price * price, last), key=key)


class KeptResults:
    """The results that were used last, each for as long as the index is at one revision."""

    def __init__(self) -> None:
        self._kept: dict[object, tuple[int, Any]] = {}

    def find(self, key: object, revision: int) -> Any:
        """Return the result under *key*, or None if there is none of this revision."""
        found = self._kept.pop(key, None)
        if found is None or found[0] != revision:
            return None
        self._kept[key] = found
        return found[1]

    def keep(self, key: object, revision: int, result: Any) -> None:
        """Keep a result in place of the one that was not used for longest."""
        self._kept[key] = revision, result
        if len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
