"""The front page: what the shopper bought before, what is in season, what is popular.

It changes with the day, and on one day it is the same for all who are not signed in.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from app.domain.catalog import Product, Sku
from app.domain.product_index import ProductIndex
from app.domain.seasons import SEASONS, in_season, turn
from app.http.catalog.cards import Card, cards
from app.http.core.context import HttpContext
from app.http.core.session import find_login
from app.store.orders import bought_often, last_bought

MOST_BOUGHT = 8
MOST_IN_SEASON = 8
MOST_POPULAR = 24


async def front_page_cards(context: HttpContext) -> Mapping[str, list[Card]]:
    """Return the cards of the front page by section; no product is in two of them."""
    index, day = context.catalog.index, today(context)
    shelves = {
        **await _bought(context),
        "season": _of_season(index, day)[:MOST_IN_SEASON],
        "popular": sorted(index.popular(), key=lambda product: turn(product.slug, day)),
    }
    known, shown = set[str](), dict[str, list[Card]]()
    for section, products in shelves.items():
        fresh = one_of_each(product for product in products if product.slug not in known)
        known |= {product.slug for product in fresh}
        shown[section] = cards(index, fresh[:MOST_POPULAR])
    return shown


def category_images(index: ProductIndex, slugs: Iterable[str]) -> dict[str, str]:
    """Return a picture for each category that has products: of a popular one, or of the first."""
    popular = {product.category: product.image for product in reversed(index.popular())}
    others = (slug for slug in slugs if slug not in popular)
    first = {slug: one.image for slug in others for one in index.on_sale(slug)[:1]}
    return popular | first


def today(context: HttpContext) -> date:
    """Return the shop's date."""
    return datetime.fromtimestamp(context.now_s(), context.zone).date()


def one_of_each(products: Iterable[Product]) -> list[Product]:
    """Return one size of each product: the first in stock, or else the first."""
    chosen: dict[str, Product] = {}
    for product in products:
        known = chosen.get(product.slug)
        if known is None or known.stock < 1 <= product.stock:
            chosen[product.slug] = product
    return list(chosen.values())


def _of_season(index: ProductIndex, day: date) -> list[Product]:
    """Return what is in season and in stock, one size each, in the order of the day."""
    slugs = [slug for slug in SEASONS if in_season(slug, day)]
    slugs.sort(key=lambda slug: turn(slug, day))
    sizes = [one for slug in slugs for one in index.with_slug(slug) if one.available]
    return one_of_each(sizes)


async def _bought(context: HttpContext) -> Mapping[str, Sequence[Product]]:
    """Return what the signed-in shopper bought last, and what most often, if it is still sold."""
    if (login := await find_login(context)) is None:
        return {}
    read = context.database.read
    last = await read(last_bought, login.account, MOST_BOUGHT)
    often = await read(bought_often, login.account, MOST_BOUGHT)
    return {"bought": _sold(context, last), "often": _sold(context, often)}


def _sold(context: HttpContext, skus: Iterable[Sku]) -> list[Product]:
    products = context.catalog.today.products
    return [products[sku] for sku in skus if products[sku].sold]
