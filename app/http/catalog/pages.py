"""The public pages: the front page, the list of products, a product."""

from collections.abc import Iterable

from quart import Blueprint, Response, request

from app.domain.catalog import Product
from app.http.catalog.cards import card, cards
from app.http.catalog.search import LONGEST_QUERY, Search, find, read_page, suggest
from app.http.core.context import HttpContext
from app.http.core.page import show_to_all
from app.http.core.problems import not_found
from app.http.core.session import find_login
from app.store.orders import last_bought

MOST_SIMILAR = 8
MOST_BOUGHT = 8


def catalog_blueprint(context: HttpContext) -> Blueprint:
    """Return the routes of the public pages."""
    blueprint = Blueprint("pages", __name__)

    @blueprint.get("/")
    async def home() -> Response:
        bought = await _bought(context)
        fresh = [product for product in _popular(context) if product not in bought]
        return await show_to_all(context, "home.html", bought=cards(bought), popular=cards(fresh))

    @blueprint.get("/shop")
    async def shop() -> Response:
        names = dict(context.categories)
        search = _search()
        found = find(_on_sale(context), names, search)
        if search.category not in {"", *names} or (search.page > 1 and not found.products):
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
        sizes = _sizes(context, slug)
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


def _popular(context: HttpContext) -> list[Product]:
    return _one_of_each(product for product in _on_sale(context) if product.popular)


def _sizes(context: HttpContext, slug: str) -> list[Product]:
    """Return all sizes of a product, sold or not; raises 404 if there is none."""
    products = context.catalog.today.products.values()
    if not (sizes := [product for product in products if product.slug == slug]):
        raise not_found()
    return sizes


async def _bought(context: HttpContext) -> list[Product]:
    """Return the products that the signed-in shopper bought last and that are still sold."""
    if (login := await find_login(context)) is None:
        return []
    products = context.catalog.today.products
    skus = await context.database.read(last_bought, login.account, MOST_BOUGHT)
    return [products[sku] for sku in skus if products[sku].sold]


def _search() -> Search:
    args = request.args
    return Search(
        args.get("q", "").strip()[:LONGEST_QUERY],
        args.get("category", ""),
        args.get("sort", Search().sort),
        read_page(args.get("page", "")) or 1,
    )


def _elsewhere(context: HttpContext, search: Search) -> dict[str, object]:
    """Return what to suggest when nothing was found: all categories, or a corrected query."""
    names, on_sale = dict(context.categories), _on_sale(context)
    everywhere = find(on_sale, names, Search(search.q)).total if search.category else 0
    return {"everywhere": everywhere, "meant": suggest(on_sale, names, search.q)}


def _similar(first: Product, products: Iterable[Product]) -> list[Product]:
    """Return other products of the category of *first*, one size each, those in stock first."""
    others = [
        product
        for product in products
        if product.category == first.category and product.slug != first.slug
    ]
    return sorted(_one_of_each(others), key=lambda product: product.stock < 1)[:MOST_SIMILAR]


def _one_of_each(products: Iterable[Product]) -> list[Product]:
    """Return one size of each product: the first in stock, or else the first."""
    chosen: dict[str, Product] = {}
    for product in products:
        known = chosen.get(product.slug)
        if known is None or known.stock < 1 <= product.stock:
            chosen[product.slug] = product
    return list(chosen.values())
