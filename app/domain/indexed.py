"""The text of a product as words to search for: stems in English, runs of characters in Chinese."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from app.domain.catalog import Product, ProductText
from app.domain.han import is_han
from app.domain.han_text import NO_HAN, HanText, read_han
from app.domain.search_query import Stems
from app.domain.sizes import read_sizes
from app.domain.words import singular, stems_of, words_of

SHARED_TEXTS: Final = 1024
"""The sizes of a product, which are read together, share what was made of their texts."""
_PREPOSITIONS: Final = frozenset({"in", "with", "of", "for", "from"})
"""“Peas in the pod” are peas: what a product is stands before these."""


class Indexed(NamedTuple):
    """The text of a product as stems; `joined` are neighbours in its name as one word.

    `han` is its text in Chinese. Words of other languages stand with the English ones.
    """

    name: frozenset[str]
    head: str
    joined: frozenset[str]
    category: Stems
    description: frozenset[str]
    unit: frozenset[str]
    sizes: frozenset[str]
    numbers: frozenset[str]
    han: HanText = NO_HAN

    @property
    def words(self) -> frozenset[str]:
        """All words: a product that fits a term has one of them that contains one of `any_of`."""
        return self.name.union(self.joined, self.category, self.unit, self.description)


_NONE: Final = frozenset[str]()
NO_WORDS: Final = Indexed(_NONE, "", _NONE, (), _NONE, _NONE, _NONE, _NONE)


def read_product(product: Product, category: Sequence[str]) -> Indexed:
    """Return the text of *product* in all languages; *category* is called so, in English first."""
    sized, named = read_sizes(product.unit), read_sizes(product.name)
    in_english = Indexed(
        name=_stems(product.name),
        head=_head(stems_of(product.name)),
        joined=_joined(product.name),
        category=tuple(stems_of(category[0])),
        description=_stems(f"{product.slug} {product.description}"),
        unit=_stems(product.unit),
        sizes=sized.sizes | named.sizes,
        numbers=sized.numbers | named.numbers,
    )
    texts = [*product.texts.values()]
    english = ProductText(product.name, product.unit, product.description)
    han = read_han([english, *texts], category)
    return _with_texts(in_english, texts)._replace(han=han) if texts or any(han) else in_english


def _with_texts(indexed: Indexed, texts: Sequence[ProductText]) -> Indexed:
    """Return *indexed* with the sizes and with the words of *texts* that are not Chinese."""
    for text in texts:
        sized, named = read_sizes(text.unit), read_sizes(text.name)
        indexed = indexed._replace(
            name=_union(indexed.name, _stems(text.name)),
            description=_union(indexed.description, _stems(text.description)),
            unit=_union(indexed.unit, _stems(text.unit)),
            sizes=_union(indexed.sizes, sized.sizes | named.sizes),
            numbers=_union(indexed.numbers, sized.numbers | named.numbers),
        )
    return indexed


@lru_cache(SHARED_TEXTS)
def _stems(text: str) -> frozenset[str]:
    """Return the words of *text* that are not Chinese."""
    stems = stems_of(text)
    return frozenset(stems if text.isascii() else [stem for stem in stems if not is_han(stem)])


def _union(some: frozenset[str], more: frozenset[str]) -> frozenset[str]:
    """Return both, as the same set if there are no more: products share their sets."""
    return some if some.issuperset(more) else some | more


@lru_cache(SHARED_TEXTS)
def _joined(name: str) -> frozenset[str]:
    pairs = pairwise(words_of(name))
    return frozenset(singular(first + second) for first, second in pairs)


def _head(stems: Sequence[str]) -> str:
    """Return what a product called *stems* is: its last word before a preposition."""
    ends = [at for at, stem in enumerate(stems) if stem in _PREPOSITIONS and at]
    return (stems[: ends[0]] if ends else stems)[-1] if stems else ""
