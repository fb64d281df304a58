"""The products by what else than their SKU they are looked for; kept up to date product by product.

It is for one thread. What a product's text says is read only when it is needed, some at a time,
because for a whole catalogue that takes seconds.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final, NamedTuple

from app.domain.barcodes import Barcode, find_barcode
from app.domain.catalog import Product, Sku
from app.domain.indexed import NO_WORDS, Indexed, read_product
from app.domain.search_query import Query
from app.domain.vocabulary import Vocabulary
from app.domain.word_index import Place, WordIndex
from app.domain.words import fold, words_of


class Text(NamedTuple):
    """What a product's text says: for shoppers' words, and whole, folded.

    `words` are those of its name and category as they are spelled.
    """

    indexed: Indexed
    whole: str
    words: Sequence[str]


_MOVING: Final = ("stock", "on_hold", "waiting", "version", "low")
"""What changes without anything being found in another place."""
UNREAD: Final = Text(NO_WORDS, "", ())
Entry = tuple[Place, Product, Text]


class ProductIndex:
    """All products, sold or not, by place, slug, category and words.

    `revision` grows with every change but those of stock, so that what was found can be kept.
    `counts` are the products on sale by category, and `spoken` has the words of their names.
    """

    def __init__(self) -> None:
        self.revision = 0
        self.counts = Counter[str]()
        self.spoken = Vocabulary()
        self._products: Mapping[Sku, Product] = {}
        self._skus: list[Sku] = []
        self._places: dict[Sku, Place] = {}
        self._with_slug: dict[str, set[Place]] = {}
        self._in_category: dict[str, set[Place]] = {}
        self._popular: set[Place] = set()
        self._with_barcode: dict[Barcode, Place] = {}
        self._texts: dict[Place, Text] = {}
        self._unread: dict[Place, None] = {}
        self._words = WordIndex()

    def update(self, products: Mapping[Sku, Product], changed: Iterable[Sku]) -> None:
        """Take *products*, which are all, and of which these have *changed* or are new."""
        before, self._products = self._products, products
        for sku in changed:
            if sku not in self._places:
                self._places[sku] = len(self._skus)
                self._skus.append(sku)
            self._move(self._places[sku], before.get(sku), products[sku])

    def read_some(self, names: Mapping[str, Sequence[str]], most: int) -> bool:
        """Read the texts of at most so many products; say whether others are unread yet.

        *names* are those of the categories by slug, of each the English one first.
        """
        for place in [*islice(self._unread, most)]:
            del self._unread[place]
            product = self.product(place)
            text = _read(product, names.get(product.category, [product.category]))
            self._texts[place] = text
            self._words.add(place, text.indexed)
            if product.sold:
                self.spoken.add(text.words)
        return bool(self._unread)

    def product(self, place: Place) -> Product:
        """Return the product at *place*."""
        return self._products[self._skus[place]]

    def place(self, sku: str) -> Place | None:
        """Return where a product is, if it is known."""
        return self._places.get(Sku(sku))

    def barcoded(self, text: str) -> Place | None:
        """Return where the product is whose barcode *text* is, if there is one."""
        barcode = find_barcode(text)
        return None if barcode is None else self._with_barcode.get(barcode)

    def entries(self, places: Iterable[Place]) -> list[Entry]:
        """Return the products at *places* with their texts, or `UNREAD`, in which no word is."""
        products, skus, text_at = self._products, self._skus, self._texts.get
        return [(at, products[skus[at]], text_at(at, UNREAD)) for at in places]

    def places(self, category: str = "") -> Sequence[Place]:
        """Return the places of the products in *category*, or of all, in their order."""
        if category:
            return sorted(self._in_category.get(category, ()))
        return range(len(self._skus))

    def with_slug(self, slug: str) -> list[Product]:
        """Return all sizes of a product, sold or not."""
        return [self.product(place) for place in sorted(self._with_slug.get(slug, ()))]

    def on_sale(self, category: str) -> list[Product]:
        """Return the products of *category* that are sold."""
        return [one for place in self.places(category) if (one := self.product(place)).sold]

    def popular(self) -> list[Product]:
        """Return the popular products that are sold."""
        return [one for place in sorted(self._popular) if (one := self.product(place)).sold]

    def fitting(self, query: Query) -> Sequence[Place]:
        """Return where all products are that may fit *query*, and some more, in their order."""
        found = self._words.fitting(query)
        return self.places() if found is None else sorted(found)

    def fitting_part(self, query: Query) -> Sequence[Place]:
        """Return where all products are that may fit a part of *query*, and some more."""
        return sorted(self._words.fitting_part(query))

    def _move(self, place: Place, before: Product | None, after: Product) -> None:
        """Take the product at *place* from where it was found before to where it is found now."""
        if before is not None:
            moving = {name: getattr(after, name) for name in _MOVING}
            if replace(before, **moving) == after:
                return
            self._take_out(place, before)
        self.revision += 1
        self._with_slug.setdefault(after.slug, set()).add(place)
        self._in_category.setdefault(after.category, set()).add(place)
        self.counts[after.category] += after.sold
        if after.popular:
            self._popular.add(place)
        if after.barcode:
            self._with_barcode[after.barcode] = place
        if before is None or _texts_of(before) != _texts_of(after):
            self._forget_text(place)
        if (text := self._texts.get(place)) and after.sold:
            self.spoken.add(text.words)

    def _take_out(self, place: Place, before: Product) -> None:
        self._with_slug[before.slug].discard(place)
        self._in_category[before.category].discard(place)
        self.counts[before.category] -= before.sold
        self._popular.discard(place)
        if before.barcode and self._with_barcode.get(before.barcode) == place:
            del self._with_barcode[before.barcode]
        if (text := self._texts.get(place)) and before.sold:
            self.spoken.remove(text.words)

    def _forget_text(self, place: Place) -> None:
        if text := self._texts.pop(place, None):
            self._words.remove(place, text.indexed)
        self._unread[place] = None


def _texts_of(product: Product) -> tuple[object, ...]:
    english = product.name, product.unit, product.category, product.slug, product.description
    return *english, product.texts


def _read(product: Product, category: Sequence[str]) -> Text:
    parts = [product.sku, product.unit, product.name, *category, product.description]
    names = [product.name, *category]
    for text in product.texts.values():
        parts += text
        names.append(text.name)
    whole, words = " ".join(parts), words_of(" ".join(names))
    return Text(read_product(product, category), fold(whole), words)
