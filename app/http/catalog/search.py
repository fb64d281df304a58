"""Finding products: by words, by category, in an order, a page at a time."""

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
REMEMBERED_TEXTS = 4096
MOST_WORDS = 6
"""So many words of a search are looked at for slips: each costs a millisecond."""
ALIKE = 0.65
"""How much of two words must be the same for one to be meant by the other, of 1."""

_WORD = re.compile(r"[^\W_]+")


class Search(NamedTuple):
    """What somebody looks for; pages count from 1."""

    q: str = ""
    category: str = ""
    sort: str = "popular"
    page: int = 1


class Found(NamedTuple):
    """One page of what there is, and how much there is in all."""

    products: Sequence[Product]
    total: int
    next_page: int | None


def find(products: Iterable[Product], names: Mapping[str, str], search: Search) -> Found:
    """Return the page that *search* asks for; *names* are those of the categories.

    What has left the range is not listed.
    """
    words = _folded(search.q).split()
    fitting = [
        product
        for product in products
        if product.sold
        and search.category in {"", product.category}
        and _has(words, _text(product, names))
    ]
    fitting.sort(key=_order(search.sort, words))
    return _page(fitting, search.page)


def find_any(products: Iterable[Product], names: Mapping[str, str], q: str, page: int) -> Found:
    """Return a page of all that *q* fits, by SKU too, whether it is in the range or not."""
    words = _folded(q).split()
    fitting = [
        product
        for product in products
        if _has(words, f"{product.sku} {_folded(product.unit)} {_text(product, names)}")
    ]
    return _page(fitting, page)


def meant(products: Iterable[Product], names: Mapping[str, str], q: str) -> str:
    """Return what *q* may have been meant to be, of which there is something, or nothing.

    Words that the shop knows stay as they are; another becomes the one that looks most like it.
    """
    on_sale = [product for product in products if product.sold]
    vocabulary = {word for product in on_sale for word in _words(_title(product, names))}
    words = [_meant_word(word, vocabulary) for word in _words(q)[:MOST_WORDS]]
    if not words or not all(words):
        return ""
    return " ".join(words) if find(on_sale, names, Search(" ".join(words))).total else ""


def read_page(text: str) -> int | None:
    """Return the number of a page, or `None` if *text* is none."""
    is_whole = text.isascii() and text.isdigit() and len(text) <= len(str(HIGHEST_PAGE))
    return int(text) or None if is_whole else None


def _page(fitting: Sequence[Product], page: int) -> Found:
    end = page * PAGE_SIZE
    shown = fitting[end - PAGE_SIZE : end]
    return Found(shown, len(fitting), page + 1 if end < len(fitting) else None)


def _text(product: Product, names: Mapping[str, str]) -> str:
    return _folded(f"{_title(product, names)} {product.description}")


def _title(product: Product, names: Mapping[str, str]) -> str:
    return f"{product.name} {names.get(product.category, product.category)}"


def _words(text: str) -> list[str]:
    return _WORD.findall(_folded(text))


def _meant_word(word: str, vocabulary: Collection[str]) -> str:
    if any(word in known for known in vocabulary):
        return word
    return next(iter(get_close_matches(word, vocabulary, 1, ALIKE)), "")


def _has(words: Iterable[str], text: str) -> bool:
    return all(word in text for word in words)


def _order(sort: str, words: Sequence[str]) -> Callable[[Product], Any]:
    """Equals stay in the order of the shelf."""
    match sort:
        case "name":
            return lambda product: _folded(product.name)
        case "price":
            return lambda product: product.price
        case "-price":
            return lambda product: -product.price
        case _:
            return lambda product: (not _has(words, _folded(product.name)), not product.popular)


@lru_cache(REMEMBERED_TEXTS)
def _folded(text: str) -> str:
    """Return *text* without case and accents."""
    return "".join(char for char in normalize("NFKD", text.casefold()) if not combining(char))
