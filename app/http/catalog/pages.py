"""The pages that everybody may see: the front page, the shelves, a product."""

from collections.abc import Iterable

from quart import Blueprint, Response, request

from app.domain.catalog import Product
from app.http.catalog.cards import card, cards
from app.http.catalog.search import LONGEST_QUERY, Search, find, meant, read_page
from app.http.core.context import HttpContext
from app.http.core.page import show_to_all
from app.http.core.problems import not_found
from app.http.core.session import find_login
from app.store.orders import last_bought

MOST_SIMILAR = 8
MOST_BOUGHT = 8


def catalog_blueprint(context: HttpContext) -> Blueprint:
    """Return the pages of the shop."""
    blueprint = Blueprint("pages", __name__)

    @blueprint.get("/")
    async def home() -> Response:
        bought = await _bought(context)
        popular = _one_of_each(product for product in _on_sale(context) if product.popular)
        fresh = [product for product in popular if product not in bought]
        return await show_to_all(context, "home.html", bought=cards(bought), popular=cards(fresh))

    @blueprint.get("/shop")
    async def shop() -> Response:
        names = dict(context.categories)
        search = _search()
        if search.category and search.category not in names:
            raise not_found()
        found = find(_on_sale(context), names, search)
        if search.page > 1 and not found.products:
            raise not_found()
        return await show_to_all(
            context,
            "shop.html",
            **search._asdict(),
            products=cards(found.products),
            count=found.total,
            next_page=found.next_page,
            elsewhere=_elsewhere(context, search) if not found.total else None,
        )

    @blueprint.get("/p/<slug>")
    async def product(slug: str) -> Response:
        products = context.catalog.today.products.values()
        sizes = [product for product in products if product.slug == slug]
        if not sizes:
            raise not_found()
        first = next((product for product in sizes if product.sold), sizes[0])
        return await show_to_all(
            context,
            "product.html",
            product=card(first) | {"description": first.description},
            sizes=cards(sizes),
            similar=cards(_similar(first, _on_sale(context))),
        )

    return blueprint


def _on_sale(context: HttpContext) -> list[Product]:
    return [product for product in context.catalog.today.products.values() if product.sold]


async def _bought(context: HttpContext) -> list[Product]:
    """Return what whoever asks bought last, of what is still sold."""
    if (login := await find_login(context)) is None:
        return []
    products = context.catalog.today.products
    skus = await context.database.read(last_bought, login.account, MOST_BOUGHT)
    return [products[sku] for sku in skus if products[sku].sold]


def _search() -> Search:
    asked = request.args
    return Search(
        asked.get("q", "").strip()[:LONGEST_QUERY],
        asked.get("category", ""),
        asked.get("sort", Search().sort),
        read_page(asked.get("page", "")) or 1,
    )


def _elsewhere(context: HttpContext, search: Search) -> dict[str, object]:
    """Return where somebody who found nothing may look on: on all shelves, or for another word."""
    names, on_sale = dict(context.categories), _on_sale(context)
    everywhere = find(on_sale, names, Search(search.q)).total if search.category else 0
    return {"everywhere": everywhere, "meant": meant(on_sale, names, search.q)}


def _similar(first: Product, products: Iterable[Product]) -> list[Product]:
    """Return others of the same category, one size of each, those in stock first."""
    others = [
        product
        for product in products
        if product.category == first.category and product.slug != first.slug
    ]
    return sorted(_one_of_each(others), key=lambda product: product.stock < 1)[:MOST_SIMILAR]


def _one_of_each(products: Iterable[Product]) -> list[Product]:
    """Return the first size in stock of each product; the first of all if there is none."""
    chosen: dict[str, Product] = {}
    for product in products:
        known = chosen.get(product.slug)
        if known is None or known.stock < 1 <= product.stock:
            chosen[product.slug] = product
    return list(chosen.values())
