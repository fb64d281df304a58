"""A product as fields: for JSON, and for the cards of a page."""

from collections.abc import Iterable
from typing import Any

from app.domain.catalog import Money, Product, public_stock
from app.domain.money import pounds
from app.domain.totals import LineState

Card = dict[str, Any]


def fields_of(product: Product) -> Card:
    """Return *product* as `GET /api/products` lists it (protocol.md §7)."""
    return {
        "sku": product.sku,
        "name": product.name,
        "unit": product.unit,
        "slug": product.slug,
        "image": product.image,
        "category": product.category,
        "price": product.price,
        "stock": public_stock(product.available),
        "state": _state(product),
    }


def card(product: Product) -> Card:
    """Return *product* as a card in a grid shows it."""
    return fields_of(product) | {"per": per(product)}


def cards(products: Iterable[Product]) -> list[Card]:
    """Return the cards of *products*."""
    return [card(product) for product in products]


def per(product: Product) -> str:
    """Return the price per kg or litre; empty for a product that is sold by the piece."""
    if product.grams:
        return f"{_per_thousand(product.price, product.grams)} per kg"
    return f"{_per_thousand(product.price, product.ml)} per litre" if product.ml else ""


def _per_thousand(price: Money, held: int) -> str:
    """Return the price of a thousand grams or ml; half a penny is rounded up."""
    return pounds((price * 2000 + held) // (2 * held))


def _state(product: Product) -> LineState:
    if not product.sold:
        return LineState.GONE
    return LineState.OK if product.stock > 0 else LineState.SOLD_OUT
