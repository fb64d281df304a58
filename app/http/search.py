"""Finding products: by words, by category, in an order, a page at a time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from unicodedata import combining, normalize

from app.domain.shelf import Product

PAGE_SIZE = 24
LONGEST_QUERY = 100
HIGHEST_PAGE = 9999
REMEMBERED_TEXTS = 4096


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


def read_page(text: str) -> int | None:
    """Return the number of a page, or `None` if *text* is none."""
    is_whole = text.isascii() and text.isdigit() and len(text) <= len(str(HIGHEST_PAGE))
    return int(text) or None if is_whole else None


def _page(fitting: Sequence[Product], page: int) -> Found:
    end = page * PAGE_SIZE
    shown = fitting[end - PAGE_SIZE : end]
    return Found(shown, len(fitting), page + 1 if end < len(fitting) else None)


def _text(product: Product, names: Mapping[str, str]) -> str:
    parts = (product.name, product.description, names.get(product.category, product.category))
    return _folded(" ".join(parts))


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
