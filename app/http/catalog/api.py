"""The catalogue as JSON: no cookie is read, and any cache may keep the answers (protocol.md §7)."""

from quart import Blueprint, Response, request

from app.domain.catalog import Product, Sku
from app.http.catalog.cards import fields_of
from app.http.catalog.search import HIGHEST_PAGE, LONGEST_QUERY, Search, find, read_page
from app.http.core.context import HttpContext
from app.http.core.json_body import as_public_json
from app.http.core.problems import malformed, not_found

MAX_AGE_S = 5
"""So long may a cache show an old price."""


def catalog_api_blueprint(context: HttpContext) -> Blueprint:
    """Return the routes of products."""
    blueprint = Blueprint("products_api", __name__)

    @blueprint.get("/api/products")
    async def products() -> Response:
        found = find(_products(context), dict(context.categories), _search())
        listed = [fields_of(product) for product in found.products]
        return await as_public_json({"products": listed, "next": found.next_page}, MAX_AGE_S)

    @blueprint.get("/api/products/<sku>")
    async def product(sku: Sku) -> Response:
        if (found := context.catalog.today.products.get(sku)) is None:
            raise not_found()
        return await as_public_json(fields_of(found), MAX_AGE_S)

    return blueprint


def _products(context: HttpContext) -> list[Product]:
    return list(context.catalog.today.products.values())


def _search() -> Search:
    q, page = request.args.get("q", ""), read_page(request.args.get("page", "") or "1")
    if len(q) > LONGEST_QUERY:
        raise malformed(f"q: at most {LONGEST_QUERY} characters are allowed")
    if page is None:
        raise malformed(f"page: 1 to {HIGHEST_PAGE} is allowed")
    return Search(q, request.args.get("category", ""), page=page)
