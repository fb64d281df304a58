"""The orders in which products are listed: the best first, or by name or price."""

from collections.abc import Callable
from typing import Any

from app.domain.catalog import Product
from app.domain.collation import sort_key
from app.domain.languages import Language
from app.domain.search import Rank

BY_PRICE = {"price": 1, "-price": -1}


def key_of(sort: str, language: Language) -> Callable[[Rank, Product], Any]:
    """Return the key that sorts as *sort* says; equals stay in the catalogue's order."""
    if sign := BY_PRICE.get(sort):
        return lambda _fit, product: sign * product.price
    if sort == "name":
        return lambda _fit, product: sort_key(product.text(language).name)
    return _by_rank


def _by_rank(fit: Rank, product: Product) -> int:
    """Return the key that sorts by how well a product fits; of equals, popular ones come first."""
    return -2 * fit.weight - product.popular
