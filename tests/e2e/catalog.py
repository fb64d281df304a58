"""Products for tests, with the stock and prices of the seeded catalogue."""

import tomllib
from typing import Any

from app.store.seed import CATALOGUE

_PRODUCTS: list[dict[str, Any]] = tomllib.loads(CATALOGUE.read_text("utf-8"))["product"]
_SIZES: list[dict[str, Any]] = [size for product in _PRODUCTS for size in product["size"]]


SLUGS = {str(product["slug"]) for product in _PRODUCTS}


def price(sku: str) -> int:
    """Return the price of *sku* in pennies."""
    return next(int(size["price"].replace(".", "")) for size in _SIZES if size["sku"] == sku)


def stock(sku: str) -> int:
    """Return the stock of *sku* in a new shop."""
    return next(int(size["stock"]) for size in _SIZES if size["sku"] == sku)


def slug(sku: str) -> str:
    """Return the slug of the page of *sku*."""
    return next(
        str(each["slug"]) for each in _PRODUCTS if sku in {size["sku"] for size in each["size"]}
    )


_FIRST_SIZES: list[dict[str, Any]] = [product["size"][0] for product in _PRODUCTS]
PLENTY = [size["sku"] for size in _FIRST_SIZES if size.get("sold", True) and size["stock"] > 99]
"""Products with more stock than a cart line may have, in the size that their cards show first;
tests use different ones of them."""
APPLES, MILK, BREAD = PLENTY[:3]
FEW, FEW_LEFT = next((size["sku"], size["stock"]) for size in _SIZES if 3 < size["stock"] < 9)
SOLD_OUT = next(size["sku"] for size in _SIZES if size["stock"] == 0)
GONE = next(size["sku"] for size in _SIZES if not size.get("sold", True))
GHOST = "no-such-thing"
