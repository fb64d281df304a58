"""The catalogue as JSON: no cookie is read, and any cache may keep the answers (protocol.md §7)."""

from quart import Blueprint, Response, request

from app.domain.catalog import Product, Sku
from app.domain.paging import HIGHEST_PAGE, next_text, read_start
from app.domain.promotions import deal_text
from app.http.catalog.cards import Card, fields_of
from app.http.core.context import HttpContext
from app.http.core.json_body import as_public_json
from app.http.core.problems import malformed, not_found
from app.i18n.translate import current_language
from app.services.product_lists import PAGE_KEY
from app.services.searches import LONGEST_QUERY, Search

MAX_AGE_S = 5
"""So long may a cache show an old price."""


def catalog_api_blueprint(context: HttpContext) -> Blueprint:
    """Return the routes of products."""
    blueprint = Blueprint("products_api", __name__)

    @blueprint.get("/api/products")
    async def products() -> Response:
        found, _, meant, _ = await context.search.answer(_search())
        shown = [_fields(context, product) for product in found.products]
        body = {"products": shown, "next": next_text(found.after), "meant": meant or None}
        return await as_public_json(body, MAX_AGE_S)

    @blueprint.get("/api/products/<sku>")
    async def product(sku: Sku) -> Response:
        if (found := context.catalog.today.products.get(sku)) is None:
            raise not_found()
        return await as_public_json(_fields(context, found), MAX_AGE_S)

    return blueprint


def _fields(context: HttpContext, product: Product) -> Card:
    """Return *product* as JSON, with what its promotions give if it has any."""
    deal = deal_text(product.sku, context.catalog.today, current_language())
    return fields_of(product) | ({"deal": deal} if deal else {})


def _search() -> Search:
    q = request.args.get("q", "")
    start = read_start(request.args.get("page", "") or "1", PAGE_KEY)
    if len(q) > LONGEST_QUERY:
        raise malformed(f"q: at most {LONGEST_QUERY} characters are allowed")
    if start is None:
        raise malformed(f"page: “next” of another page, or 1 to {HIGHEST_PAGE}, is allowed")
    return Search(q, request.args.get("category", ""), page=start)
