"""The public pages: the front page, the list of products, a product."""

from collections.abc import Iterable, Sequence

from quart import Blueprint, Response, request

from app.domain.catalog import Product
from app.domain.paging import is_beyond, read_start
from app.http.catalog.cards import cards, size_fields
from app.http.catalog.front_page import category_images, front_page_cards, one_of_each
from app.http.catalog.structured_data import product_data, product_path, shop_path, store_data
from app.http.core.context import HttpContext
from app.http.core.page import show_to_all
from app.http.core.problems import not_found
from app.http.core.session import find_login
from app.i18n.translate import current_language
from app.services.product_lists import PAGE_KEY, KeptResults
from app.services.searches import LONGEST_QUERY, Search
from app.store.waitlist import OwnPlace, places_of

MOST_SIMILAR = 8


def catalog_blueprint(context: HttpContext) -> Blueprint:
    """Return the routes of the public pages."""
    blueprint = Blueprint("pages", __name__)

    images = KeptResults()

    @blueprint.get("/")
    async def home() -> Response:
        shown = await front_page_cards(context)
        return await show_to_all(
            context,
            "home.html",
            canonical="/",
            shown=shown,
            images=_images(context, images),
            about=store_data(context),
        )

    @blueprint.get("/shop")
    async def shop() -> Response:
        return await _show_shop(context)

    @blueprint.get("/p/<slug>")
    async def product(slug: str) -> Response:
        return await _show_product(context, slug.lower())

    return blueprint


async def _show_shop(context: HttpContext) -> Response:
    search, slugs = _search(), {category.slug for category in context.categories}
    answered = await context.search.answer(search)
    found = answered.found
    if answered.is_in_vain and search.q.strip() and search.page == 1:
        context.hub.context.stats.unmet.search_in_vain(search.q)
    if search.category not in {"", *slugs} or (is_beyond(search.page) and not found.products):
        raise not_found()
    return await show_to_all(
        context,
        "shop.html",
        canonical=shop_path(search.category),
        is_later=search.page != 1,
        **search._asdict() | answered._asdict(),
        products=cards(context.catalog.index, found.products),
        count=found.total,
        is_cut=_is_cut(),
        next_page=found.after,
    )


async def _show_product(context: HttpContext, slug: str) -> Response:
    index = context.catalog.index
    if not (sizes := index.with_slug(slug)):
        raise not_found()
    first = _chosen(sizes, request.args.get("size", "").lower())
    text = first.text(current_language())
    sold = [size for size in sizes if size.sold or size == first]
    return await show_to_all(
        context,
        "product.html",
        canonical=product_path(first),
        product=size_fields(first) | {"description": text.description},
        sizes=[size_fields(size) for size in sold],
        about=product_data(context, first, sold),
        similar=cards(index, _similar(first, index.on_sale(first.category))),
        place=await _own_place(context, first),
    )


async def _own_place(context: HttpContext, product: Product) -> OwnPlace | None:
    """Return the visitor's place on the waitlist of *product*; only then is anything read."""
    if not product.waiting or (login := await find_login(context)) is None:
        return None
    places = await context.database.read(places_of, login.account)
    return next((place for place in places if place.sku == product.sku), None)


def _images(context: HttpContext, kept: KeptResults) -> dict[str, str]:
    """Return the pictures of the categories, which are looked for once a revision."""
    index = context.catalog.index
    found: dict[str, str] | None = kept.find("categories", index.revision)
    if found is None:
        found = category_images(index, [category.slug for category in context.categories])
        kept.keep("categories", index.revision, found)
    return found


def _is_cut() -> bool:
    """Say whether the query is longer than what is searched for."""
    return len(request.args.get("q", "").strip()) > LONGEST_QUERY


def _chosen(sizes: Sequence[Product], sku: str) -> Product:
    """Return the size that a link names, or else the first that is sold."""
    chosen = [product for product in sizes if product.sku == sku]
    return (chosen or [product for product in sizes if product.sold] or sizes)[0]


def _search() -> Search:
    args = request.args
    return Search(
        args.get("q", "").strip()[:LONGEST_QUERY],
        args.get("category", "").lower(),
        args.get("sort", Search().sort),
        read_start(args.get("page", ""), PAGE_KEY) or 1,
        one_of_each=True,
        names_in=current_language(),
    )


def _similar(first: Product, shelf: Iterable[Product]) -> list[Product]:
    """Return others of the *shelf* of *first*, one size each, those in stock first."""
    others = [product for product in shelf if product.slug != first.slug]
    return sorted(one_of_each(others), key=lambda product: product.stock < 1)[:MOST_SIMILAR]
