"""A product as fields: for JSON, and for the cards of a page."""

from collections.abc import Iterable, Sequence
from typing import Any

from app.domain.catalog import Money, Product, ProductText, public_stock
from app.domain.languages import ENGLISH
from app.domain.product_index import ProductIndex
from app.domain.totals import LineState
from app.i18n.formats import money
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _

Card = dict[str, Any]

MOST_SIZES = 4
"""So many sizes can be chosen on a card; its product's page has all of them."""


def fields_of(product: Product) -> Card:
    """Return *product* as `GET /api/products` lists it; of the stock, `held` are held for carts."""
    text = product.text(current_language())
    return {
        "sku": product.sku,
        "name": text.name,
        "unit": text.unit,
        "slug": product.slug,
        "image": product.image,
        "category": product.category,
        "price": product.price,
        "stock": public_stock(product.available),
        "held": product.on_hold,
        "state": _state(product),
    }


def size_fields(product: Product) -> Card:
    """Return one size of a product as a page shows it.

    `is_english` if its name has no translation into the language of the page. It is `full` if all
    of its stock is held for carts, or it is sold out.
    """
    language = current_language()
    is_translated = bool(product.texts.get(language, ProductText()).name)
    return fields_of(product) | {
        "per": per(product),
        "full": product.sold and product.stock <= product.on_hold,
        "is_english": language != ENGLISH and not is_translated,
    }


def cards(index: ProductIndex, products: Iterable[Product]) -> list[Card]:
    """Return a card for each of *products*, with the other sizes of it to choose from."""
    return [card(product, index.with_slug(product.slug)) for product in products]


def card(product: Product, family: Sequence[Product]) -> Card:
    """Return the card on which *product* is chosen out of its *family*, which is all sizes of it.

    If it is sold out, the first size in stock is chosen. `more` sizes have no room on the card.
    """
    sizes = [size for size in family if size.sold or size == product]
    chosen = next((size for size in (product, *sizes) if size.available), product)
    shown = sizes[:MOST_SIZES]
    if chosen not in shown:
        shown[-1] = chosen
    return size_fields(chosen) | {
        "sizes": [size_fields(size) for size in shown],
        "more": len(sizes) - len(shown),
    }


def per(product: Product) -> str:
    """Return the price per kg or litre; empty for a product that is sold by the piece."""
    if product.grams:
        return _("%(price)s per kg", price=_per_thousand(product.price, product.grams))
    if product.ml:
        return _("%(price)s per litre", price=_per_thousand(product.price, product.ml))
    return ""


def _per_thousand(price: Money, held: int) -> str:
    """Return the price of a thousand grams or ml; half a penny is rounded up."""
    return money(Money((price * 2000 + held) // (2 * held)))


def _state(product: Product) -> LineState:
    if not product.sold:
        return LineState.GONE
    return LineState.OK if product.stock > 0 else LineState.SOLD_OUT
