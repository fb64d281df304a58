"""Search: products by words and category, sorted, a page at a time."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, NamedTuple
from unicodedata import combining, normalize

from app.domain.catalog import Product

PAGE_SIZE = 24
LONGEST_QUERY = 100
HIGHEST_PAGE = 9999
CACHED_TEXTS = 4096
MOST_WORDS = 6
"""So many words of a query are checked for typing errors: each costs a millisecond."""
SIMILARITY = 0.65
"""How similar a known word must be to be suggested, from 0 to 1 (`difflib`)."""

_WORD = re.compile(r"[^\W_]+")


class Search(NamedTuple):
    """A query; pages count from 1."""

    q: str = ""
    category: str = ""
    sort: str = "popular"
    page: int = 1


class Found(NamedTuple):
    """One page of results, and how many there are in all."""

    products: Sequence[Product]
    total: int
    next_page: int | None


def find(products: Iterable[Product], names: Mapping[str, str], search: Search) -> Found:
    """Return a page of the products that are sold and match *search*.

    *names* are the names of the categories by slug.
    """
    words = _folded(search.q).split()
    matches = [
        product
        for product in products
        if product.sold
        and search.category in {"", product.category}
        and _has(words, _text(product, names))
    ]
    matches.sort(key=_order(search.sort, words))
    return _page(matches, search.page)


def find_any(products: Iterable[Product], names: Mapping[str, str], q: str, page: int) -> Found:
    """Return a page of all products that match *q*, by SKU too, sold or not."""
    words = _folded(q).split()
    matches = [
        product
        for product in products
        if _has(words, f"{product.sku} {_folded(product.unit)} {_text(product, names)}")
    ]
    return _page(matches, page)


def suggest(products: Iterable[Product], names: Mapping[str, str], q: str) -> str:
    """Return *q* with its typing errors corrected, or nothing if that finds nothing either.

    Words that occur in the catalogue stay; others become the most similar one that does.
    """
    on_sale = [product for product in products if product.sold]
    vocabulary = {word for product in on_sale for word in _words(_title(product, names))}
    words = [_corrected(word, vocabulary) for word in _words(q)[:MOST_WORDS]]
    if not words or not all(words):
        return ""
    return " ".join(words) if find(on_sale, names, Search(" ".join(words))).total else ""


def read_page(text: str) -> int | None:
    """Return the number of a page, or `None` if *text* is no such number."""
    is_whole = text.isascii() and text.isdigit() and len(text) <= len(str(HIGHEST_PAGE))
    return int(text) or None if is_whole else None


def _page(matches: Sequence[Product], page: int) -> Found:
    end = page * PAGE_SIZE
    shown = matches[end - PAGE_SIZE : end]
    return Found(shown, len(matches), page + 1 if end < len(matches) else None)


def _text(product: Product, names: Mapping[str, str]) -> str:
    return _folded(f"{_title(product, names)} {product.description}")


def _title(product: Product, names: Mapping[str, str]) -> str:
    return f"{product.name} {names.get(product.category, product.category)}"


def _words(text: str) -> list[str]:
    return _WORD.findall(_folded(text))


def _corrected(word: str, vocabulary: Collection[str]) -> str:
    if any(word in known for known in vocabulary):
        return word
    return next(iter(get_close_matches(word, vocabulary, 1, SIMILARITY)), "")


def _has(words: Iterable[str], text: str) -> bool:
    return all(word in text for word in words)


def _order(sort: str, words: Sequence[str]) -> Callable[[Product], Any]:
    """Return the key to sort by; sorting is stable, so equals stay in the catalogue's order."""
    match sort:
        case "name":
            return lambda product: _folded(product.name)
        case "price":
            return lambda product: product.price
        case "-price":
            return lambda product: -product.price
        case _:
            return lambda product: (not _has(words, _folded(product.name)), not product.popular)


@lru_cache(CACHED_TEXTS)
def _folded(text: str) -> str:
    """Return *text* without case and accents."""
    return "".join(char for char in normalize("NFKD", text.casefold()) if not combining(char))
