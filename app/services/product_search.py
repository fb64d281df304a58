"""Search: products by words and category, sorted, a page at a time."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from heapq import merge
from typing import TypeVar

from app.domain.catalog import Category, Product
from app.domain.currency import Currency
from app.domain.han import is_han
from app.domain.indexed import Indexed
from app.domain.paging import Start
from app.domain.product_index import Entry, ProductIndex, Text
from app.domain.search import Rank, rank, rank_part
from app.domain.search_query import NO_THESAURUS, Thesaurus, correctable_words, read_query
from app.domain.word_index import Place
from app.domain.words import fold
from app.services.product_lists import Found, KeptResults, Listing
from app.services.product_order import BY_PRICE, key_of
from app.services.searches import Answer, Search

T = TypeVar("T")

MOST_WORDS = 6
"""So many words of a query are checked for typing errors: each costs a millisecond."""
READ_AT_ONCE = 20
RANKED_AT_ONCE = 200
"""So many products take about two milliseconds; between slices, others have their turn."""
ALL_ALIKE = Rank(0, 0, 0, 0)


async def _as_it_is() -> None:
    """Leave the index as it is."""


Fit = tuple[Rank, Place, Product, Text]
"""How well a product fits a query; a plain tuple, since a search makes thousands of them."""


class ProductSearch:
    """Searches the products of an index.

    Prices that are typed are in *currency*. What was found is kept until a product changes in more
    than its stock. *catch_up* has the index take every edit that is saved by now.
    """

    def __init__(
        self,
        index: ProductIndex,
        categories: Sequence[Category],
        currency: Currency,
        thesaurus: Thesaurus = NO_THESAURUS,
        catch_up: Callable[[], Awaitable[None]] = _as_it_is,
    ):
        self._index = index
        self._categories = categories
        self._currency = currency
        self._thesaurus = thesaurus
        self._catch_up = catch_up
        self._kept = KeptResults()
        index.spoken.add(thesaurus.words)

    async def read_new(self) -> None:
        """Read the texts of products that are new or changed, as what goes by words does first."""
        names = {each.slug: [each.name, *each.names.values()] for each in self._categories}
        while True:
            if not self._index.read_some(names, READ_AT_ONCE):
                return
            await asyncio.sleep(0)

    async def answer(self, search: Search) -> Answer:
        """Return what *search* finds among products that are sold, or the best there is instead."""
        if search.q.strip():
            await self._catch_up()
        found = await self.find(search)
        if found.total:
            return Answer(found)
        everywhere = (await self.find(search._replace(category="", page=1))).total
        if everywhere:
            return Answer(found, everywhere)
        meant = await self.suggest(search.q)
        if meant and (found := await self._find_meant(search, meant)).total:
            return Answer(found, meant=meant)
        part = await self.find_part(search._replace(q=meant or search.q))
        return Answer(part, meant=meant, is_part=part.total > 0)

    async def find(self, search: Search) -> Found:
        """Return a page of the products that are sold and match *search*, the best first."""
        listing = await self._listing(search)
        return listing.page(self._index, search.page)

    async def cheapest(self, enough: int) -> Product | None:
        """Return the cheapest product of which there are *enough*, or else any, or None."""
        listing = await self._listing(Search(sort="price"))
        in_stock = (product for product in listing.all(self._index) if product.stock > 0)
        first = next(in_stock, None)
        if first is None or first.stock >= enough:
            return first
        return next((product for product in in_stock if product.stock >= enough), first)

    async def find_part(self, search: Search) -> Found:
        """Return a page of the products that are sold and fit a part of *search*."""
        key = ("part", search.listing._replace(category=""))
        await self.read_new()
        listing = await self._kept_or(key, lambda: self._listed(self._part_fits(search.q), search))
        return listing.page(self._index, search.page)

    async def find_any(self, q: str, start: Start) -> Found:
        """Return a page of all products that match *q*, sold or not, in the catalogue's order.

        Parts of words match too, also of the SKU.
        """
        await self._catch_up()
        await self.read_new()
        listing = await self._kept_or(("any", q), lambda: self._with_parts(q))
        return listing.page(self._index, start)

    async def suggest(self, q: str) -> str:
        """Return *q* with its typing errors corrected, or nothing if that finds nothing either.

        Words that find something stay; others become the word that they are a slip for.
        """
        await self.read_new()
        return await self._kept_or(("meant", q), lambda: self._corrected(q))

    async def _find_meant(self, search: Search, meant: str) -> Found:
        """Return what *meant* finds in the category of *search*, or else in all."""
        found = await self.find(search._replace(q=meant))
        return found if found.total else await self.find(search._replace(q=meant, category=""))

    async def _listing(self, search: Search) -> Listing:
        q, category, key = search.q, search.category, ("find", search.listing)
        if q.strip():
            await self.read_new()
        return await self._kept_or(key, lambda: self._listed(self._fits(q, category), search))

    async def _kept_or(self, key: object, make: Callable[[], Awaitable[T]]) -> T:
        revision = self._index.revision
        found: T | None = self._kept.find(key, revision)
        if found is None:
            found = await make()
            self._kept.keep(key, revision, found)
        return found

    async def _listed(self, fits: AsyncIterator[list[Fit]], search: Search) -> Listing:
        listing = await self._sorted(fits, search)
        return await listing.one_of_each(self._index) if search.one_of_each else listing

    async def _sorted(self, fits: AsyncIterator[list[Fit]], search: Search) -> Listing:
        """Sort each slice, and merge them in slices: to sort all at once would take too long."""
        key = key_of(search.sort, search.names_in)
        runs = [
            sorted((key(fit, product), place, product.sold) for fit, place, product, _ in some)
            async for some in fits
        ]
        places, sold = list[Place](), list[int]()
        for at, (_, place, is_sold) in enumerate(merge(*runs)):
            if at % RANKED_AT_ONCE == RANKED_AT_ONCE - 1:
                await asyncio.sleep(0)
            places.append(place)
            if is_sold:
                sold.append(at)
        return Listing(places, sold, BY_PRICE.get(search.sort, 0))

    async def _with_parts(self, q: str) -> Listing:
        fitting = {place async for some in self._fits(q) for _, place, _, _ in some}
        parts, matches = fold(q).split(), []
        async for some in self._entries(self._index.places()):
            matches += [
                place
                for place, _, text in some
                if place in fitting or all(part in text.whole for part in parts)
            ]
        return Listing(matches, range(len(matches)))

    async def _corrected(self, q: str) -> str:
        typed = corrected = " ".join(fold(q).split())
        for word in correctable_words(q, self._thesaurus, self._currency)[:MOST_WORDS]:
            if not await _finds(self._fits(word)):
                right = self._index.spoken.meant(word) or word
                border = "" if is_han(word) else r"\b"
                corrected = re.sub(rf"{border}{word}{border}", right, corrected, count=1)
        if corrected == typed:
            return ""
        is_found = await _finds(self._fits(corrected)) or await _finds(self._part_fits(corrected))
        return corrected if is_found else ""

    async def _fits(self, q: str, category: str = "") -> AsyncIterator[list[Fit]]:
        """Yield the products of *category* that fit *q*, slice by slice; all fit an empty one."""
        query = read_query(q, self._thesaurus, self._currency)
        if (place := self._index.barcoded(q)) is not None:
            yield [(ALL_ALIKE, *entry) for entry in self._index.entries([place])]
        elif not query.is_empty:
            async for some in self._ranked(self._index.fitting(query), partial(rank, query)):
                yield [fit for fit in some if category in {"", fit[2].category}]
        elif not q.strip():
            async for entries in self._entries(self._index.places(category)):
                yield [(ALL_ALIKE, *entry) for entry in entries]

    async def _part_fits(self, q: str) -> AsyncIterator[list[Fit]]:
        """Yield the products that fit a part of *q*, slice by slice."""
        query = read_query(q, self._thesaurus, self._currency)
        places = self._index.fitting_part(query)
        async for some in self._ranked(places, partial(rank_part, query)):
            yield some

    async def _ranked(
        self, places: Sequence[Place], how_well: Callable[[Product, Indexed], Rank | None]
    ) -> AsyncIterator[list[Fit]]:
        async for some in self._entries(places):
            yield [
                (fit, place, product, text)
                for place, product, text in some
                if (fit := how_well(product, text.indexed))
            ]

    async def _entries(self, places: Sequence[Place]) -> AsyncIterator[list[Entry]]:
        """Yield products slice by slice; one whose text changes meanwhile is `UNREAD`."""
        for first in range(0, len(places), RANKED_AT_ONCE):
            if first:
                await asyncio.sleep(0)
            yield self._index.entries(places[first : first + RANKED_AT_ONCE])


async def _finds(fits: AsyncIterator[list[Fit]]) -> bool:
    """Say whether a product that is sold is among *fits*."""
    async for some in fits:
        if any(product.sold for _, _, product, _ in some):
            return True
    return False
